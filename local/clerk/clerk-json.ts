import { createHash } from "node:crypto";
import type { Client, Person, Session } from "./state.ts";

// Answers in Clerk's own shapes, whole, so that whatever reads them reads the same here as there:
// @clerk/backend/dist/api/resources/JSON.d.ts and @clerk/shared/dist/types/json.d.mts.

/** A person as the Backend API and the webhooks give them. */
export function personJson(person: Person) {
  const email = person.email === null ? null : emailJson(person, person.email);
  return {
    id: person.id,
    object: "user",
    username: person.username,
    first_name: person.firstName,
    last_name: person.lastName,
    image_url: "",
    has_image: false,
    primary_email_address_id: email?.id ?? null,
    primary_phone_number_id: null,
    primary_web3_wallet_id: null,
    password_enabled: false,
    two_factor_enabled: false,
    totp_enabled: false,
    backup_code_enabled: false,
    email_addresses: email === null ? [] : [email],
    phone_numbers: [],
    web3_wallets: [],
    passkeys: [],
    organization_memberships: null,
    external_accounts: [],
    enterprise_accounts: [],
    saml_accounts: [],
    password_last_updated_at: null,
    public_metadata: {},
    private_metadata: {},
    unsafe_metadata: {},
    external_id: null,
    last_sign_in_at: null,
    banned: false,
    locked: false,
    deprovisioned: false,
    lockout_expires_in_seconds: null,
    verification_attempts_remaining: 100,
    created_at: person.createdAt,
    updated_at: person.updatedAt,
    last_active_at: null,
    create_organization_enabled: false,
    create_organizations_limit: null,
    delete_self_enabled: true,
    legal_accepted_at: null,
    locale: null,
    timezone: null,
  };
}

/** The address's id follows from it, so that a changed address is another one, as at Clerk. */
function emailJson(person: Person, address: string) {
  const digest = createHash("sha256").update(`${person.id} ${address}`).digest("hex");
  return {
    id: `idn_${digest.slice(0, 27)}`,
    object: "email_address",
    email_address: address,
    reserved: false,
    matches_sso_connection: false,
    verification: {
      object: "verification_admin",
      status: "verified",
      strategy: "admin",
      attempts: null,
      expire_at: null,
    },
    linked_to: [],
    created_at: person.createdAt,
    updated_at: person.updatedAt,
  };
}

/** What is left to say of a person who deleted their account. */
export function deletedPersonJson(person: Person) {
  return { id: person.id, object: "user", deleted: true };
}

/** A session as the Backend API gives it. */
export function sessionJson(session: Session) {
  return {
    id: session.id,
    object: "session",
    client_id: session.clientId,
    user_id: session.personId,
    status: session.status,
    last_active_organization_id: null,
    actor: null,
    last_active_at: session.updatedAt,
    expire_at: session.expireAt,
    abandon_at: session.expireAt,
    created_at: session.createdAt,
    updated_at: session.updatedAt,
  };
}

/** A session as the Frontend API gives it to the person's own browser, with a fresh token. */
export function ownSessionJson(session: Session, person: Person, token: string) {
  const { private_metadata, organization_memberships, ...own } = personJson(person);
  return {
    ...sessionJson(session),
    factor_verification_age: [Math.floor((Date.now() - session.createdAt) / 60_000), -1],
    last_active_token: { object: "token", jwt: token },
    tasks: null,
    user: { ...own, organization_memberships: [], profile_image_id: "" },
    public_user_data: {
      first_name: person.firstName,
      last_name: person.lastName,
      image_url: "",
      has_image: false,
      identifier: person.email ?? person.username ?? person.id,
      user_id: person.id,
      username: person.username ?? undefined,
    },
  };
}

export function clientJson(client: Client | undefined, sessions: ReturnType<typeof ownSessionJson>[]) {
  return {
    object: "client",
    id: client?.id ?? "",
    sessions,
    sign_in: null,
    sign_up: null,
    last_active_session_id: sessions[0]?.id ?? null,
    last_authentication_strategy: null,
    captcha_bypass: false,
    cookie_expires_at: null,
    created_at: client?.createdAt ?? 0,
    updated_at: client?.updatedAt ?? 0,
  };
}

/** The instance's settings. clerk-js has a default for all that is left out. */
export function environmentJson(origin: string) {
  return {
    object: "environment",
    id: "",
    auth_config: {
      object: "auth_config",
      id: "",
      single_session_mode: true,
      claimed_at: null,
      reverification: false,
    },
    display_config: {
      object: "display_config",
      id: "display_config_local",
      application_name: "Edgewise",
      instance_environment_type: "production",
      backend_host: new URL(origin).host,
      branded: false,
      preferred_sign_in_strategy: "otp",
      sign_in_url: `${origin}/sign-in`,
      sign_up_url: `${origin}/sign-up`,
      user_profile_url: `${origin}/user`,
      captcha_public_key: null,
      captcha_heartbeat: false,
      show_devmode_warning: false,
      theme: {},
    },
    maintenance_mode: false,
    client_debug_mode: false,
    partitioned_cookies: false,
    organization_settings: {
      enabled: false,
      max_allowed_memberships: 1,
      force_organization_selection: false,
    },
    user_settings: {},
    commerce_settings: {
      billing: {
        stripe_publishable_key: null,
        organization: { enabled: false, has_paid_plans: false },
        user: { enabled: false, has_paid_plans: false },
      },
    },
    api_keys_settings: { user_api_keys_enabled: false, orgs_api_keys_enabled: false },
    protect_config: { object: "protect_config", id: "" },
  };
}

/** An error in Clerk's envelope. */
export function clerkError(status: number, code: string, message: string): Response {
  const errors = [{ code, message, long_message: message, meta: {} }];
  return Response.json({ errors, clerk_trace_id: "local" }, { status });
}
