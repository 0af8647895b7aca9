import { type ReactNode, useEffect } from "react";

type Props = {
  /** What the button says. */
  label: ReactNode;
  children: ReactNode;
};

/** What is seldom needed, behind a button that opens it, with or without our scripts. One is open at a time. */
export function Tools({ label, children }: Props) {
  return (
    <details className="tools" name="tools">
      <summary className="button quiet">{label}</summary>
      <div className="tools-menu">{children}</div>
    </details>
  );
}

/** Where our scripts run, closes tools at Escape, and where somebody clicks or goes on with the keyboard outside of them. */
export function useToolsClosing(): void {
  useEffect(() => {
    const onEscape = ({ key }: KeyboardEvent) => {
      const tools = key === "Escape" ? openTools() : null;
      if (!tools) return;
      tools.open = false;
      // A button that is hidden holds the focus no longer.
      if (tools.contains(document.activeElement)) tools.querySelector("summary")?.focus();
    };
    const onLeave = ({ target }: Event) => {
      const tools = openTools();
      if (tools && target instanceof Node && !tools.contains(target)) tools.open = false;
    };
    document.addEventListener("keydown", onEscape);
    document.addEventListener("focusin", onLeave);
    document.addEventListener("pointerdown", onLeave);
    return () => {
      document.removeEventListener("keydown", onEscape);
      document.removeEventListener("focusin", onLeave);
      document.removeEventListener("pointerdown", onLeave);
    };
  }, []);
}

function openTools(): HTMLDetailsElement | null {
  return document.querySelector<HTMLDetailsElement>(".tools[open]");
}
