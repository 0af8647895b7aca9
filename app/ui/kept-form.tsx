import { FIELD_LABELS, type HeldForm, hasLostPicture } from "#app/domain/held-form.ts";
import { newThreadPath, settingsPath } from "#app/paths.ts";
import { textareaValue } from "./form.tsx";
import { useWords } from "./words.ts";

/** Everything that was typed, to be read, changed, and sent again with one button. */
export function KeptForm({ form, button }: { form: HeldForm; button?: string }) {
  const { t } = useWords();
  if (hasLostPicture(form)) return <WithoutPicture form={form} />;
  return (
    <form className="form panel" method="post" action={form.action}>
      {form.fields.map(([name, value], at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a field may be repeated, and the list never changes
        <KeptField key={at} name={name} value={value} />
      ))}
      <div className="form-actions">
        <button className="button primary" type="submit">
          {button ?? t(sendLabel(form))}
        </button>
      </div>
    </form>
  );
}

/** The text of a form that was to add a picture, on the way back to where one can be chosen: nothing is posted yet. */
function WithoutPicture({ form }: { form: HeldForm }) {
  const { t } = useWords();
  return (
    <form className="form panel" method="post" action={form.action}>
      <p className="notice">{t("held.lostPicture")}</p>
      {form.fields.map(([name, value], at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a field may be repeated, and the list never changes
        <KeptField key={at} name={name} value={value} />
      ))}
      <div className="form-actions">
        <button className="button primary" type="submit" name="addPicture" value="true">
          {t("held.back")}
        </button>
      </div>
    </form>
  );
}

/** What the button that sends a held form says, from what it asks for and the address it goes to. */
function sendLabel({ action, fields }: HeldForm) {
  if (fields.some(([name]) => name === "preview")) return "form.preview";
  const path = action.split("?")[0] ?? "";
  if (path === newThreadPath()) return "newThread.post";
  if (path.endsWith("/replies/new")) return "newReply.post";
  if (path.endsWith("/vote")) return "held.vote";
  if (path.endsWith("/delete")) return "reply.delete";
  if (path.endsWith("/edit") || path === settingsPath()) return "form.save";
  return "held.send";
}

/** The title and the text that were typed, to be read and copied; nothing where neither was. */
export function TypedTexts({ fields }: { fields: [name: string, value: string | undefined][] }) {
  const { t } = useWords();
  const typed = fields.filter(([name, value]) => (name === "title" || name === "body") && value);
  if (typed.length === 0) return null;
  return (
    <section className="typed" aria-labelledby="typed">
      <h2 id="typed">{t("error.kept")}</h2>
      {typed.map(([name, value]) => (
        <pre key={name} className="kept" dir="auto">
          {value}
        </pre>
      ))}
    </section>
  );
}

function KeptField({ name, value }: { name: string; value: string }) {
  const { t } = useWords();
  const label = FIELD_LABELS[name];
  if (!label || (name === "category" && value === ""))
    return <input type="hidden" name={name} value={value} />;
  return (
    <div className="field">
      <label htmlFor={`kept-${name}`}>{t(label)}</label>
      {name === "body" ? (
        <textarea id={`kept-${name}`} name={name} defaultValue={textareaValue(value)} rows={10} dir="auto" />
      ) : (
        <input
          id={`kept-${name}`}
          name={name}
          defaultValue={value}
          readOnly={name === "category"}
          dir="auto"
        />
      )}
    </div>
  );
}
