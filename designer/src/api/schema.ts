// Made from schemas/openapi.json by `make generate`: not to be edited.

export type JsonValue = null | boolean | number | string | JsonValue[] | { [name: string]: JsonValue };

export interface Accepted {
  events: readonly (string)[];
}

export interface Address {
  url: string;
  method: string;
  headers: { [name: string]: string };
  expires_in: number;
}

export interface ArchiveAgain {
  name: string;
  since?: string | null;
  until?: string | null;
  source?: string | null;
  type?: string | null;
  pipeline?: string | null;
  dry_run?: boolean;
  next?: number | null;
}

export interface ArchivePage {
  events: readonly (Archived)[];
  next: string | null;
  searched: string;
}

export interface Archived {
  id: string;
  source: string;
  type: string;
  at: string;
  event: { [name: string]: JsonValue };
}

export interface AttemptDocument {
  attempt: number;
  state: TaskState;
  at: string;
  started: string | null;
  due: string | null;
  error: { [name: string]: JsonValue } | null;
}

export interface AuditPage {
  entries: readonly (Told)[];
  next: string | null;
}

export interface Awaited {
  edge: string;
  task: string;
}

export interface Away {
  ids: readonly (string)[];
}

export interface BucketsListed {
  buckets: readonly (string)[];
}

export interface BucketsPage {
  objects: readonly (Stored)[];
  next: string | null;
}

export interface Cancelling {
  /** Why; people will see it. */
  reason?: string;
}

export interface CarriedDocument {
  event: string;
  at: string;
  rule: string | null;
  pattern: { [name: string]: JsonValue } | null;
}

/** One field, by its path; None where it was not there. */
export interface Change {
  path: string;
  before: JsonValue;
  after: JsonValue;
}

/** All but the first two are null where a token is all there is. */
export interface Config {
  target: string;
  version: string;
  stage: string | null;
  region: string | null;
  issuer: string | null;
  client: string | null;
  domain: string | null;
  redirect: string | null;
  scopes: readonly (string)[] | null;
}

export interface Download {
  key: string;
  seconds?: number;
}

export interface Dropped {
  dropped: number;
}

export interface EdgeDocument {
  id: string;
  from: string;
  to: string;
  on: EdgeKind;
  when: { [name: string]: JsonValue } | null;
  live: boolean | null;
}

export type EdgeKind = "success" | "failure" | "completion";

export interface EdgeWhy {
  id: string;
  from: string;
  to: string;
  on: EdgeKind;
  when: { [name: string]: JsonValue } | null;
  live: boolean | null;
  counted: boolean;
  why: string;
  carried: CarriedDocument | null;
}

export interface ErrorGiven {
  type?: string;
  message?: string;
  detail?: { [name: string]: JsonValue };
}

export interface Letter {
  id: string;
  since: string;
  to: string;
  why: string;
  tries: number;
  told: JsonValue;
  event: { [name: string]: JsonValue };
}

export interface LettersAgain {
  ids?: readonly (string)[] | null;
}

export interface LettersPage {
  letters: readonly (Letter)[];
  next: string | null;
}

export interface LineDocument {
  seq: number;
  at: string;
  run: string;
  task: string;
  attempt: number;
  stream: string;
  level: string | null;
  text: string;
}

/** One of several: of a document by its place, of a request by its field. */
export interface Mistake {
  code: string;
  what: string;
  where?: string;
  advice?: string;
}

export interface NewToken {
  /** Where it is used, for people who read the list */
  name: string;
  role: TokenRole;
  /** All of them, when left out */
  projects?: readonly (string)[];
  /** From now: 30d, 12h. Never, when left out */
  expires?: string | null;
}

export interface NewUser {
  /** In all projects */
  role?: Role | null;
  /** In each of these */
  projects?: { [name: string]: JsonValue };
  /** An address, or a name */
  name: string;
  /** When the token does, from now: 30d */
  expires?: string | null;
}

export type Operation = "project.read" | "project.write" | "member.read" | "member.write" | "variable.read" | "variable.write" | "secret.read" | "secret.write" | "notification.read" | "notification.write" | "pipeline.read" | "pipeline.check" | "pipeline.simulate" | "pipeline.export" | "pipeline.pause" | "pipeline.publish" | "pipeline.unpublish" | "draft.read" | "draft.write" | "function.read" | "function.write" | "function.call" | "action.read" | "run.read" | "run.start" | "run.define" | "run.cancel" | "run.rerun" | "task.settle" | "bucket.read" | "bucket.write" | "letter.read" | "letter.redrive" | "letter.drop" | "archive.read" | "archive.replay" | "event.emit" | "audit.read" | "user.read" | "user.write" | "token.read" | "token.write";

export interface PeopleCreated {
  name: string;
  role: Role | null;
  projects: { [name: string]: Role };
  created: string;
  invited: boolean;
  token: string | null;
}

export interface PeopleListed {
  name: string;
  role: Role | null;
  projects: { [name: string]: Role };
  created: string;
}

export interface PeoplePage {
  users: readonly (PeopleListed)[];
  next: string | null;
}

/** What is wrong, where, and what to do. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  code: string;
  detail: string;
  where?: string;
  advice?: string;
  problems?: readonly (Mistake)[];
  run?: string;
  error?: { [name: string]: JsonValue } | null;
  current?: { [name: string]: JsonValue } | null;
}

export interface ProgressDocument {
  share: number;
  message: string;
}

export interface Redriven {
  redriven: number;
}

export interface RefusalDocument {
  project: string;
  pipeline: string;
  trigger: string;
  at: string;
  why: string;
  event: JsonValue;
}

export interface RefusalsPage {
  refusals: readonly (RefusalDocument)[];
}

export interface Replayed {
  name: string;
  state: string;
  dry_run: boolean;
  events: number | null;
  runs: readonly (string)[];
  refused: readonly (string)[];
  rules: readonly (string)[];
  next: number | null;
}

export type Role = "viewer" | "operator" | "editor" | "admin";

export interface Roles {
  /** In all projects */
  role?: Role | null;
  /** In each of these */
  projects?: { [name: string]: JsonValue };
}

export interface RunDocument {
  run: string;
  project: string;
  pipeline: string;
  version: number;
  state: RunState;
  trigger: string | null;
  started: string;
  ended: string | null;
  seconds: number | null;
  reason: string | null;
  rerun_of: string | null;
  input: JsonValue;
  deadline: string;
  origin: string;
  tasks: readonly (TaskDocument)[];
  edges: readonly (EdgeDocument)[];
  definition: { [name: string]: JsonValue } | null;
}

export interface RunEventsPage {
  events: readonly ({ [name: string]: JsonValue })[];
  next: string;
  ended: boolean;
}

/** A run in one line. */
export interface RunListed {
  run: string;
  project: string;
  pipeline: string;
  version: number;
  state: RunState;
  trigger: string | null;
  started: string;
  ended: string | null;
  seconds: number | null;
  reason: string | null;
  rerun_of: string | null;
}

export interface RunLogsPage {
  logs: readonly (LineDocument)[];
  next: string;
  ended: boolean;
}

export type RunState = "requested" | "running" | "succeeded" | "failed" | "cancelled" | "timed_out";

export interface RunsAgain {
  /** Keep what succeeded; run what failed and what follows. */
  from_failed?: boolean;
}

export interface RunsPage {
  runs: readonly (RunListed)[];
  next: string | null;
}

export interface Settled {
  run: string;
  task: string;
  state: string;
}

export interface Settling {
  /** What the task's function was given: context.token. */
  token: string;
  output?: JsonValue;
  /** It has failed, and this is why. */
  error?: ErrorGiven | null;
}

export interface Start {
  /** Its name, alone or with its project. */
  pipeline?: string | null;
  /** A pipeline's document, or its YAML. It is run and never live. */
  definition?: { [name: string]: JsonValue } | string | null;
  input?: JsonValue;
  /** One run per key and pipeline. */
  key?: string | null;
  /** The request's own id: asking twice is asking once. */
  request?: string | null;
}

export interface Started {
  run: string;
  project: string;
  pipeline: string;
  version: number;
  state: RunState;
  trigger: string | null;
  started: string;
  ended: string | null;
  seconds: number | null;
  reason: string | null;
  rerun_of: string | null;
  new: boolean;
}

export type State = "asked" | "done" | "refused";

export interface Stored {
  key: string;
  size: number;
  etag: string;
  content_type: string;
}

export interface TaskDocument {
  task: string;
  state: string;
  attempt: number;
  opened: string | null;
  started: string | null;
  ended: string | null;
  seconds: number | null;
  output: JsonValue;
  error: { [name: string]: JsonValue } | null;
  why: string | null;
  kept: boolean;
  due: string | null;
  progress: ProgressDocument | null;
  waits_for: readonly (Awaited)[];
  attempts: readonly (AttemptDocument)[];
}

/** In the order that one attempt goes through them: what comes later here is the greater. */
export type TaskState = "pending" | "ready" | "running" | "waiting" | "retrying" | "skipped" | "failed" | "succeeded";

/** What a token may be given: a person's roles, and one that no person has. */
export type TokenRole = "viewer" | "operator" | "editor" | "admin" | "emitter";

export interface TokensCreated {
  id: string;
  name: string;
  role: TokenRole | null;
  projects: readonly (string)[];
  user: string | null;
  by: string;
  created: string;
  used: string | null;
  expires: string | null;
  expired: boolean;
  token: string;
}

export interface TokensListed {
  id: string;
  name: string;
  role: TokenRole | null;
  projects: readonly (string)[];
  user: string | null;
  by: string;
  created: string;
  used: string | null;
  expires: string | null;
  expired: boolean;
}

export interface TokensPage {
  tokens: readonly (TokensListed)[];
  next: string | null;
}

export interface Told {
  id: string;
  at: string;
  actor: string;
  operation: string;
  target: string;
  project: string;
  request: string;
  state: State;
  before: JsonValue;
  after: JsonValue;
  changes: readonly (Change)[];
  why: string;
  ended: string | null;
}

export interface Upload {
  key: string;
  content_type?: string;
  size: number;
  seconds?: number;
}

export interface Verified {
  name: string;
  roles: { [name: string]: Role };
  emitter: boolean;
  operations: { [name: string]: readonly (Operation)[] };
  expires: string | null;
}

export interface WhyDocument {
  run: string;
  task: string;
  state: TaskState;
  stopped: boolean;
  why: string;
  start: CarriedDocument | null;
  edges: readonly (EdgeWhy)[];
  attempts: readonly (string)[];
}

export interface Operations {
  /** Events from outside, the newest first */
  searchArchive: {
    method: "GET";
    path: "/archive";
    in: Record<string, never>;
    query: { source?: string; type?: string; since?: string; until?: string; q?: string; after?: string; most?: number };
    body: undefined;
    answer: ArchivePage;
  };
  /** Events once more through triggers */
  replayArchive: {
    method: "POST";
    path: "/archive/replay";
    in: Record<string, never>;
    query: Record<string, never>;
    body: ArchiveAgain;
    answer: Replayed;
  };
  /** Who changed what, the newest first */
  listAudit: {
    method: "GET";
    path: "/audit";
    in: Record<string, never>;
    query: { actor?: string; operation?: string; project?: string; target?: string; state?: State; since?: string; until?: string; q?: string; after?: string; most?: number };
    body: undefined;
    answer: AuditPage;
  };
  /** Where people sign in */
  showSignIn: {
    method: "GET";
    path: "/auth/config";
    in: Record<string, never>;
    query: Record<string, never>;
    body: undefined;
    answer: Config;
  };
  /** Whose token this is, and what may be done with it */
  verifyToken: {
    method: "GET";
    path: "/auth/verify";
    in: Record<string, never>;
    query: Record<string, never>;
    body: undefined;
    answer: Verified;
  };
  /** Buckets, by name */
  listBuckets: {
    method: "GET";
    path: "/buckets";
    in: Record<string, never>;
    query: Record<string, never>;
    body: undefined;
    answer: BucketsListed;
  };
  /** Where to fetch a file, past the API */
  downloadObject: {
    method: "POST";
    path: "/buckets/{bucket}/downloads";
    in: { bucket: string };
    query: Record<string, never>;
    body: Download;
    answer: Address;
  };
  /** Take an object away */
  deleteObject: {
    method: "DELETE";
    path: "/buckets/{bucket}/objects";
    in: { bucket: string };
    query: { key: string };
    body: undefined;
    answer: undefined;
  };
  /** What lies in a bucket, by key */
  listObjects: {
    method: "GET";
    path: "/buckets/{bucket}/objects";
    in: { bucket: string };
    query: { prefix?: string; after?: string; most?: number };
    body: undefined;
    answer: BucketsPage;
  };
  /** Where to send a file, past the API */
  uploadObject: {
    method: "POST";
    path: "/buckets/{bucket}/uploads";
    in: { bucket: string };
    query: Record<string, never>;
    body: Upload;
    answer: Address;
  };
  /** What could not be delivered, the oldest first */
  listDeadLetters: {
    method: "GET";
    path: "/dead-letters";
    in: Record<string, never>;
    query: { after?: string; most?: number };
    body: undefined;
    answer: LettersPage;
  };
  /** Throw them away */
  dropDeadLetters: {
    method: "POST";
    path: "/dead-letters/drop";
    in: Record<string, never>;
    query: Record<string, never>;
    body: Away;
    answer: Dropped;
  };
  /** Deliver them again */
  redriveDeadLetters: {
    method: "POST";
    path: "/dead-letters/redrive";
    in: Record<string, never>;
    query: Record<string, never>;
    body: LettersAgain;
    answer: Redriven;
  };
  /** CloudEvents, in any of their modes */
  emitEvents: {
    method: "POST";
    path: "/events";
    in: Record<string, never>;
    query: Record<string, never>;
    body: JsonValue;
    answer: Accepted;
  };
  /** A webhook, as its trigger has it signed */
  callWebhook: {
    method: "POST";
    path: "/hooks/{project}/{pipeline}/{trigger}";
    in: { project: string; pipeline: string; trigger: string };
    query: Record<string, never>;
    body: JsonValue;
    answer: JsonValue;
  };
  /** What there is to ask, as an OpenAPI document */
  showOpenapi: {
    method: "GET";
    path: "/openapi.json";
    in: Record<string, never>;
    query: Record<string, never>;
    body: undefined;
    answer: string;
  };
  /** Triggers that matched and started nothing, and why */
  listRefusals: {
    method: "GET";
    path: "/refusals";
    in: Record<string, never>;
    query: { pipeline?: string; most?: number };
    body: undefined;
    answer: RefusalsPage;
  };
  /** Runs, the newest first */
  listRuns: {
    method: "GET";
    path: "/runs";
    in: Record<string, never>;
    query: { pipeline?: string; project?: string; state?: RunState; since?: string; until?: string; q?: string; after?: string; most?: number };
    body: undefined;
    answer: RunsPage;
  };
  /** Start a run: of a published pipeline, or of a definition that comes along */
  startRun: {
    method: "POST";
    path: "/runs";
    in: Record<string, never>;
    query: Record<string, never>;
    body: Start;
    answer: Started;
  };
  /** A run: its tasks, its edges, and how they stand */
  showRun: {
    method: "GET";
    path: "/runs/{run}";
    in: { run: string };
    query: { definition?: boolean };
    body: undefined;
    answer: RunDocument;
  };
  /** End a run now */
  cancelRun: {
    method: "POST";
    path: "/runs/{run}/cancel";
    in: { run: string };
    query: Record<string, never>;
    body: Cancelling;
    answer: RunListed;
  };
  /** What was said of a run, as it comes */
  listRunEvents: {
    method: "GET";
    path: "/runs/{run}/events";
    in: { run: string };
    query: { after?: string; wait?: number; most?: number };
    body: undefined;
    answer: RunEventsPage;
  };
  /** What its functions printed, as it comes */
  listRunLogs: {
    method: "GET";
    path: "/runs/{run}/logs";
    in: { run: string };
    query: { task?: string; attempt?: number; after?: string; wait?: number; most?: number };
    body: undefined;
    answer: RunLogsPage;
  };
  /** Run it again, whole or from what failed: a new run */
  rerun: {
    method: "POST";
    path: "/runs/{run}/rerun";
    in: { run: string };
    query: Record<string, never>;
    body: RunsAgain;
    answer: Started;
  };
  /** Say how a waiting task has ended */
  settleTask: {
    method: "POST";
    path: "/runs/{run}/tasks/{task}/settle";
    in: { run: string; task: string };
    query: Record<string, never>;
    body: Settling;
    answer: Settled;
  };
  /** Why a task ran, or why it did not */
  explainRun: {
    method: "GET";
    path: "/runs/{run}/why";
    in: { run: string };
    query: { task: string };
    body: undefined;
    answer: WhyDocument;
  };
  /** Tokens, without what they are */
  listTokens: {
    method: "GET";
    path: "/tokens";
    in: Record<string, never>;
    query: { after?: string; most?: number };
    body: undefined;
    answer: TokensPage;
  };
  /** Make a token; it is told this once */
  createToken: {
    method: "POST";
    path: "/tokens";
    in: Record<string, never>;
    query: Record<string, never>;
    body: NewToken;
    answer: TokensCreated;
  };
  /** Revoke a token, at once */
  revokeToken: {
    method: "DELETE";
    path: "/tokens/{id}";
    in: { id: string };
    query: Record<string, never>;
    body: undefined;
    answer: undefined;
  };
  /** Who may come in */
  listUsers: {
    method: "GET";
    path: "/users";
    in: Record<string, never>;
    query: { after?: string; most?: number };
    body: undefined;
    answer: PeoplePage;
  };
  /** Let somebody in */
  createUser: {
    method: "POST";
    path: "/users";
    in: Record<string, never>;
    query: Record<string, never>;
    body: NewUser;
    answer: PeopleCreated;
  };
  /** Let somebody go, with his tokens */
  removeUser: {
    method: "DELETE";
    path: "/users/{name}";
    in: { name: string };
    query: Record<string, never>;
    body: undefined;
    answer: undefined;
  };
  /** Somebody, and what he may do */
  showUser: {
    method: "GET";
    path: "/users/{name}";
    in: { name: string };
    query: Record<string, never>;
    body: undefined;
    answer: PeopleListed;
  };
  /** Give somebody these roles and no others */
  changeUser: {
    method: "PUT";
    path: "/users/{name}";
    in: { name: string };
    query: Record<string, never>;
    body: Roles;
    answer: PeopleListed;
  };
}

/** What the browser needs of it to ask: method and path, by operation. */
export const PLACES: { readonly [N in keyof Operations]: readonly [method: string, path: string] } = {
  searchArchive: ["GET", "/archive"],
  replayArchive: ["POST", "/archive/replay"],
  listAudit: ["GET", "/audit"],
  showSignIn: ["GET", "/auth/config"],
  verifyToken: ["GET", "/auth/verify"],
  listBuckets: ["GET", "/buckets"],
  downloadObject: ["POST", "/buckets/{bucket}/downloads"],
  deleteObject: ["DELETE", "/buckets/{bucket}/objects"],
  listObjects: ["GET", "/buckets/{bucket}/objects"],
  uploadObject: ["POST", "/buckets/{bucket}/uploads"],
  listDeadLetters: ["GET", "/dead-letters"],
  dropDeadLetters: ["POST", "/dead-letters/drop"],
  redriveDeadLetters: ["POST", "/dead-letters/redrive"],
  emitEvents: ["POST", "/events"],
  callWebhook: ["POST", "/hooks/{project}/{pipeline}/{trigger}"],
  showOpenapi: ["GET", "/openapi.json"],
  listRefusals: ["GET", "/refusals"],
  listRuns: ["GET", "/runs"],
  startRun: ["POST", "/runs"],
  showRun: ["GET", "/runs/{run}"],
  cancelRun: ["POST", "/runs/{run}/cancel"],
  listRunEvents: ["GET", "/runs/{run}/events"],
  listRunLogs: ["GET", "/runs/{run}/logs"],
  rerun: ["POST", "/runs/{run}/rerun"],
  settleTask: ["POST", "/runs/{run}/tasks/{task}/settle"],
  explainRun: ["GET", "/runs/{run}/why"],
  listTokens: ["GET", "/tokens"],
  createToken: ["POST", "/tokens"],
  revokeToken: ["DELETE", "/tokens/{id}"],
  listUsers: ["GET", "/users"],
  createUser: ["POST", "/users"],
  removeUser: ["DELETE", "/users/{name}"],
  showUser: ["GET", "/users/{name}"],
  changeUser: ["PUT", "/users/{name}"],
};
