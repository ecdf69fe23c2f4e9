// Made from schemas/openapi.json by `make generate`: not to be edited.

export type JsonValue = null | boolean | number | string | JsonValue[] | { [name: string]: JsonValue };

export interface Accepted {
  events: readonly (string)[];
}

export interface ActionTold {
  name: string;
  group: string;
  title: string;
  description: string;
  parameters: { [name: string]: JsonValue };
  output: { [name: string]: JsonValue };
  example: string;
}

export interface Actions {
  actions: readonly (ActionTold)[];
}

export interface Activate {
  version: number;
  dry_run?: boolean;
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

export interface ArtifactDocument {
  kind: "value" | "file";
  name: string;
  task: string | null;
  size: number | null;
  id: string | null;
  ref: string;
  bucket: string | null;
  key: string | null;
}

export interface ArtifactList {
  artifacts: readonly (ArtifactDocument)[];
}

export interface AttemptDocument {
  attempt: number;
  state: TaskState;
  at: string;
  started: string | null;
  due: string | null;
  error: { [name: string]: JsonValue } | null;
}

export interface AttemptTold {
  status: string;
  output: JsonValue;
  error: JsonValue;
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

export interface Began {
  file: string | null;
  version: number | null;
  changed: boolean;
  text: string | null;
}

export interface BucketsListed {
  buckets: readonly (string)[];
}

export interface BucketsPage {
  objects: readonly (Stored)[];
  next: string | null;
}

/** What came of a run: the outputs of the last tasks that ran, and what failed. */
export interface CameOf {
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
  outputs: { [name: string]: JsonValue };
  errors: { [name: string]: TaskError };
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

export interface Case {
  outcomes: { [name: string]: Status };
  live: readonly (string)[];
  dead: readonly (string)[];
  path: readonly (string)[];
}

/** One field, by its path; None where it was not there. */
export interface Change {
  path: string;
  before: JsonValue;
  after: JsonValue;
}

export interface Check {
  text: string;
  file?: string;
  project?: string;
  target?: Target | null;
}

export interface CheckDraft {
  text?: string | null;
  target?: Target | null;
}

export interface Checked {
  ok: boolean;
  problems: readonly (Found)[];
  document: { [name: string]: JsonValue } | null;
  pipeline: string | null;
}

export type Choice = "auto" | "edge" | "slot";

export type Code = "unreadable" | "too-large" | "too-deep" | "duplicate-key" | "bad-number" | "unknown-key" | "missing-key" | "bad-value" | "bad-name" | "bad-duration" | "unknown-task" | "self-edge" | "cycle" | "duplicate-edge" | "contradicting-edges" | "unreachable-task" | "join-never-opens" | "run-never-ends" | "bad-pattern" | "never-matches" | "bad-expression" | "unknown-name" | "not-an-ancestor" | "may-be-undecided" | "bad-cron" | "bad-zone" | "bad-schema" | "starts-itself" | "duplicate-pipeline" | "unknown-pipeline" | "aws-limit" | "unhandled-failure" | "no-timeout";

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

export interface Counterexample {
  task: string;
  cases: readonly (Case)[];
  cycle: readonly (string)[];
}

export interface Create {
  project: string;
  pipeline: string;
  template?: string | null;
  text?: string | null;
  layout?: { [name: string]: Position };
}

/** What of a project is edited. */
export interface Description {
  description?: string;
  owner?: string | null;
  /** Which announcements go out: those somebody hears, or all. */
  announce?: "heard" | "all";
}

export interface Diff {
  from: string;
  to: string;
  differences: Differences;
  rules: RulesDifference;
}

export interface Difference {
  kind: Kind;
  name: string;
  before: JsonValue;
  after: JsonValue;
  fields: readonly (Field)[];
}

export interface Differences {
  same: boolean;
  tasks: readonly (Difference)[];
  edges: readonly (EdgeDifference)[];
  triggers: readonly (Difference)[];
  fields: readonly (Difference)[];
}

export interface Download {
  key: string;
  seconds?: number;
}

export interface DraftMark {
  saved: boolean;
  differs: boolean;
  by: string | null;
  at: string | null;
}

export interface DraftTold {
  pipeline: string;
  text: string;
  layout: { [name: string]: Position };
  saved: boolean;
  differs: boolean;
  by: string | null;
  at: string | null;
  etag: string;
  began: Began;
  document: { [name: string]: JsonValue } | null;
  problems: readonly (Found)[];
}

export interface Dropped {
  dropped: number;
}

export interface EdgeDifference {
  kind: Kind;
  name: string;
  before: JsonValue;
  after: JsonValue;
  fields: readonly (Field)[];
  id: string;
  before_id: string | null;
  from_task: string;
  to_task: string;
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

export interface FailureTold {
  branch: number;
  reason: Reason;
  fields: readonly (string)[];
  wanted: string;
  found: readonly (string)[];
  what: string;
}

/** By its path within what it is a field of. */
export interface Field {
  path: string;
  before: JsonValue;
  after: JsonValue;
  kind: Kind;
}

export interface FiredTold {
  rule: string;
  hears: string;
  reached: readonly (ReachedTold)[];
}

export interface Flow {
  flow: string;
  pipeline: string;
  version: number;
  description: string;
  input: { [name: string]: JsonValue } | null;
}

export interface FlowList {
  flows: readonly (Flow)[];
  next: string | null;
}

export interface Found {
  severity: Severity;
  code: Code;
  what: string;
  advice: string;
  file: string;
  line: number;
  column: number;
  end_line: number;
  end_column: number;
  path: readonly (string | number)[];
  at: string;
  task: string | null;
  trigger: string | null;
  edge: FoundEdge | null;
  counterexample: Counterexample | null;
}

export interface FoundEdge {
  id: string;
  index: number;
  from_task: string;
  to_task: string;
  on: EdgeKind;
}

export interface FunctionDocument {
  name: string;
  version: string;
  description: string;
  input: { [name: string]: JsonValue } | null;
  output: { [name: string]: JsonValue } | null;
  problem: string;
  described: boolean;
  mistakes: readonly (Mistake)[];
  files: readonly (FunctionFile)[];
  used_by: readonly (string)[];
}

export interface FunctionFile {
  path: string;
  size: number;
  text: string | null;
}

export interface FunctionList {
  functions: readonly (FunctionListed)[];
}

export interface FunctionListed {
  name: string;
  description: string;
  problem: string;
  described: boolean;
  version: string;
}

export interface Given {
  role: Role;
}

/** Of the newest events of the archive. */
export interface Heard {
  looked_at: number;
  kept: string;
  newly: ImpactMatched;
  no_longer: ImpactMatched;
}

export interface Impact {
  dry_run: boolean;
  under_way: boolean;
  possible: boolean;
  pipeline: string;
  version: number;
  live: number | null;
  new: boolean;
  plan: string;
  why: string;
  triggers: readonly (string)[];
  drains: readonly (string)[];
  rules: RulesTold;
  quota: QuotaTold;
  price: { [name: string]: JsonValue };
  archive: Heard;
  in_flight: { [name: string]: number };
  file: string | null;
  obstacles: readonly (ObstacleTold)[];
  problems: readonly (Found)[];
  by: string;
  at: string;
  etag: string;
}

export interface ImpactMatched {
  count: number;
  samples: readonly (Sample)[];
}

export type Kind = "added" | "removed" | "changed";

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

export interface Mail {
  to: readonly (string)[];
}

export interface Match {
  pattern: { [name: string]: JsonValue };
  event: { [name: string]: JsonValue };
}

export interface Member {
  name: string;
  role: Role;
  since: string;
}

export interface MembersPage {
  members: readonly (Member)[];
  next: string | null;
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

export interface Notification {
  name: string;
  /** Which ends of runs are told */
  outcomes: readonly (RunEnd)[];
  /** A run that takes longer is told, while it still runs */
  sla: string | null;
  /** What could not be delivered is told */
  dead_letters: boolean;
  /** Of these alone; of all when left out */
  pipelines: readonly (string)[];
  /** An event pattern that the notification must match */
  when: { [name: string]: JsonValue } | null;
  email: Mail | null;
  webhook: Webhook | null;
  event: OwnEvent | null;
  id: string;
  at: string;
}

export interface NotificationsPage {
  notifications: readonly (Notification)[];
  next: string | null;
}

export interface ObstacleTold {
  pipeline: string;
  what: string;
  advice: string;
  stops: boolean;
}

export type Operation = "project.read" | "project.write" | "member.read" | "member.write" | "variable.read" | "variable.write" | "secret.read" | "secret.write" | "notification.read" | "notification.write" | "pipeline.read" | "pipeline.check" | "pipeline.simulate" | "pipeline.export" | "pipeline.pause" | "pipeline.publish" | "pipeline.unpublish" | "draft.read" | "draft.write" | "function.read" | "function.write" | "function.call" | "action.read" | "run.read" | "run.start" | "run.define" | "run.cancel" | "run.rerun" | "task.settle" | "bucket.read" | "bucket.write" | "letter.read" | "letter.redrive" | "letter.drop" | "archive.read" | "archive.replay" | "event.emit" | "audit.read" | "user.read" | "user.write" | "token.read" | "token.write";

export interface OwnEvent {
  source: string;
  /** The event's detail-type */
  type: string;
}

/** With whom a rule comes and goes. */
export type Owner = "version" | "pipeline" | "bus";

export interface Paused {
  pipeline: string;
  paused: boolean;
  changed: boolean;
}

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

export interface PipelinesListed {
  name: string;
  project: string;
  pipeline: string;
  description: string;
  owner: string | null;
  triggers: readonly (string)[];
  tasks: number;
  live: number | null;
  paused: boolean;
  file: string | null;
  draft: DraftMark;
  runs: readonly (RunMark)[];
}

export interface PipelinesPage {
  pipelines: readonly (PipelinesListed)[];
  next: string | null;
}

export interface Position {
  x: number;
  y: number;
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

export interface ProjectsListed {
  project: string;
  description: string;
  owner: string | null;
  source: Source;
  role: Role | null;
  pipelines: number;
  members: number;
  notifications: number;
}

export interface ProjectsPage {
  projects: readonly (ProjectsListed)[];
  next: string | null;
}

export interface Publish {
  dry_run?: boolean;
  text?: string | null;
  etag?: string | null;
  note?: string;
  over?: boolean;
}

/** Of the bus. Locally it is what AWS would count, and stops nobody. */
export interface QuotaTold {
  used: number;
  after: number;
  limit: number;
  left: number;
  wildcards: number;
  wildcard_limit: number;
}

export interface ReachedTold {
  task: string;
  edges: readonly (string)[];
  decision: "wait" | "run" | "skip" | null;
}

export type Reason = "missing" | "present" | "refused" | "scattered";

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
  next: string | null;
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

export interface RuleTold {
  name: string;
  bus: string;
  hears: string;
  owner: Owner | null;
  pattern: { [name: string]: JsonValue } | null;
  targets: readonly ({ [name: string]: JsonValue })[];
}

export interface Rules {
  version: string;
  plan: string;
  why: string;
  rules: readonly (RuleTold)[];
}

export interface RulesDifference {
  added: readonly (RuleTold)[];
  kept: readonly (RuleTold)[];
  removed: readonly (RuleTold)[];
}

export interface RulesTold {
  added: readonly (RuleTold)[];
  kept: readonly (RuleTold)[];
  removed: readonly (RuleTold)[];
  later: readonly (RuleTold)[];
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

export type RunEnd = "succeeded" | "failed" | "cancelled" | "timed_out";

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

export interface RunMark {
  run: string;
  version: number;
  state: RunState;
  started: string;
  ended: string | null;
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

export interface Sample {
  trigger: string;
  event: { [name: string]: JsonValue };
}

export interface Save {
  text: string;
  layout?: { [name: string]: Position } | null;
  rebase?: boolean;
}

export interface Secret {
  name: string;
  set: boolean;
  source: Source;
  at: string | null;
  etag: string;
}

export interface SecretsListed {
  secrets: readonly (Secret)[];
  next: string | null;
}

export interface SecretsValue {
  /** Its value: 1 to 8,192 bytes of text. It is never told again. */
  value: string;
}

export interface Sent {
  run: string;
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

export type Severity = "error" | "warning";

export interface Shown {
  project: string;
  description: string;
  owner: string | null;
  source: Source;
  role: Role | null;
  pipelines: number;
  members: number;
  notifications: number;
  announce: "heard" | "all";
  variables: number;
  secrets: number;
}

export interface Simulate {
  text?: string | null;
  version?: number | null;
  input?: JsonValue;
  event?: { [name: string]: JsonValue } | null;
  trigger?: string | null;
  outcomes?: { [name: string]: JsonValue };
  plan?: Choice;
}

export interface Simulated {
  pipeline: string;
  plan: string;
  why: string;
  triggers: readonly (TriggerTold)[];
  starts: boolean;
  refused: readonly (string)[];
  started_by: string | null;
  run: string | null;
  input: JsonValue;
  steps: readonly (StepTold)[];
  tasks: { [name: string]: TaskTold };
  skipped: readonly (SkippedTold)[];
  edges: { [name: string]: boolean };
  unhandled: readonly (string)[];
  end: RunEnd | null;
}

export interface SimulatingMatched {
  verdict: "match" | "no_match" | "invalid";
  failures: readonly (FailureTold)[];
  branches: number;
  what: string;
  advice: string;
  longest: number;
}

export interface SkippedTold {
  task: string;
  dead: readonly (string)[];
  why: string;
}

export type Source = "file" | "set";

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

export type Status = "succeeded" | "failed" | "skipped";

export interface StepTold {
  number: number;
  event: string;
  task: string | null;
  rules: readonly (FiredTold)[];
}

export interface Stored {
  key: string;
  size: number;
  etag: string;
  content_type: string;
}

export interface Subscription {
  name?: string;
  /** Which ends of runs are told */
  outcomes?: readonly (RunEnd)[];
  /** A run that takes longer is told, while it still runs */
  sla?: string | null;
  /** What could not be delivered is told */
  dead_letters?: boolean;
  /** Of these alone; of all when left out */
  pipelines?: readonly (string)[];
  /** An event pattern that the notification must match */
  when?: { [name: string]: JsonValue } | null;
  email?: Mail | null;
  webhook?: WebhookInput | null;
  event?: OwnEvent | null;
}

export type Target = "aws";

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

/** What went wrong, in words for a person and a type for `retry.on` and conditions. */
export interface TaskError {
  type: string;
  message: string;
  detail: { [name: string]: JsonValue };
}

/** In the order that one attempt goes through them: what comes later here is the greater. */
export type TaskState = "pending" | "ready" | "running" | "waiting" | "retrying" | "skipped" | "failed" | "succeeded";

export interface TaskTold {
  parameters: JsonValue;
  assumed: boolean;
  attempts: readonly (AttemptTold)[];
}

export interface Template {
  id: string;
  description: string;
  text: string;
  triggers: readonly (string)[];
  tasks: number;
  functions: { [name: string]: { [name: string]: string } };
}

export interface Templates {
  templates: readonly (Template)[];
}

export interface Texts {
  /** By path, with /. Texts that are left out are removed. */
  files: { [name: string]: string };
}

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
  token: string | null;
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

export interface Tried {
  run: string;
  state: RunState;
  ended: boolean;
  output: JsonValue;
  error: { [name: string]: JsonValue } | null;
  lines: readonly (LineDocument)[];
  seconds: number | null;
}

export interface TriggerTold {
  trigger: string;
  kind: string;
  matches: boolean;
  taken: boolean;
  why: string;
}

export interface Trying {
  /** Its parameters, by name. */
  input?: { [name: string]: JsonValue };
}

export interface Unpublished {
  pipeline: string;
  under_way: boolean;
  open_runs: number;
  obstacles: readonly (ObstacleTold)[];
}

export interface Upload {
  key: string;
  content_type?: string;
  size: number;
  seconds?: number;
}

export interface Variable {
  name: string;
  value: JsonValue;
  source: Source;
  at: string | null;
  etag: string;
}

export interface VariablesListed {
  variables: readonly (Variable)[];
  next: string | null;
}

export interface VariablesValue {
  value: JsonValue;
}

export interface Verified {
  name: string;
  roles: { [name: string]: Role };
  emitter: boolean;
  operations: { [name: string]: readonly (Operation)[] };
  expires: string | null;
}

/** Where a version stands. Every change is a conditional write; at most one version of a pipeline is live. */
export type VersionState = "published" | "live" | "draining" | "retiring" | "retired";

export interface VersionTold {
  number: number;
  state: VersionState;
  at: string;
  by: string | null;
  note: string;
  in_flight: number;
}

export interface VersionWhole {
  number: number;
  state: VersionState;
  at: string;
  by: string | null;
  note: string;
  in_flight: number;
  pipeline: string;
  document: { [name: string]: JsonValue };
  text: string;
  as_written: boolean;
  layout: { [name: string]: Position };
}

export interface Versions {
  pipeline: string;
  live: number | null;
  paused: boolean;
  versions: readonly (VersionTold)[];
  next: string | null;
}

export interface Webhook {
  /** Keep it as a secret: ${secrets.NAME} */
  url: string;
  /** message: {text}, as chat channels take it; notification: all of it, as JSON */
  body: "message" | "notification";
}

export interface WebhookInput {
  /** Keep it as a secret: ${secrets.NAME} */
  url: string;
  /** message: {text}, as chat channels take it; notification: all of it, as JSON */
  body?: "message" | "notification";
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
  /** Every built-in action, with its schemas */
  listActions: {
    method: "GET";
    path: "/actions";
    in: Record<string, never>;
    query: Record<string, never>;
    body: undefined;
    answer: Actions;
  };
  /** Events from outside, the newest first */
  searchArchive: {
    method: "GET";
    path: "/archive";
    in: Record<string, never>;
    query: { source?: undefined | string; type?: undefined | string; since?: undefined | string; until?: undefined | string; q?: undefined | string; after?: undefined | string; most?: undefined | number };
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
    query: { actor?: undefined | string; operation?: undefined | string; project?: undefined | string; target?: undefined | string; state?: undefined | State; since?: undefined | string; until?: undefined | string; q?: undefined | string; after?: undefined | string; most?: undefined | number };
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
    query: { prefix?: undefined | string; after?: undefined | string; most?: undefined | number };
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
  /** Every mistake of a text */
  checkText: {
    method: "POST";
    path: "/check";
    in: Record<string, never>;
    query: Record<string, never>;
    body: Check;
    answer: Checked;
  };
  /** What could not be delivered, the oldest first */
  listDeadLetters: {
    method: "GET";
    path: "/dead-letters";
    in: Record<string, never>;
    query: { after?: undefined | string; most?: undefined | number };
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
    body: string;
    answer: Accepted;
  };
  /** Pipelines that can be run, by their short names */
  listFlows: {
    method: "GET";
    path: "/flows";
    in: Record<string, never>;
    query: { after?: undefined | string; most?: undefined | number };
    body: undefined;
    answer: FlowList;
  };
  /** Functions, and whether they can be loaded */
  listFunctions: {
    method: "GET";
    path: "/functions";
    in: Record<string, never>;
    query: { wait?: undefined | number };
    body: undefined;
    answer: FunctionList;
  };
  /** Remove it, where nothing uses it */
  removeFunction: {
    method: "DELETE";
    path: "/functions/{name}";
    in: { name: string };
    query: Record<string, never>;
    body: undefined;
    answer: undefined;
  };
  /** A function: schemas and files */
  showFunction: {
    method: "GET";
    path: "/functions/{name}";
    in: { name: string };
    query: Record<string, never>;
    body: undefined;
    answer: FunctionDocument;
  };
  /** Write its files, all at once */
  writeFunction: {
    method: "PUT";
    path: "/functions/{name}";
    in: { name: string };
    query: Record<string, never>;
    body: Texts;
    answer: FunctionDocument;
  };
  /** Try it out, and wait for it */
  testFunction: {
    method: "POST";
    path: "/functions/{name}/test";
    in: { name: string };
    query: { timeout?: undefined | number; wait?: undefined | number };
    body: Trying;
    answer: Tried;
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
  /** Call a function: its parameters in, its output out */
  callFunction: {
    method: "POST";
    path: "/lib/{name}";
    in: { name: string };
    query: { timeout?: undefined | number; wait?: undefined | number };
    body: { [name: string]: JsonValue };
    answer: JsonValue;
  };
  /** Does an event match a pattern, and if not, why */
  matchEvent: {
    method: "POST";
    path: "/match";
    in: Record<string, never>;
    query: Record<string, never>;
    body: Match;
    answer: SimulatingMatched;
  };
  /** What there is to ask, as an OpenAPI document */
  showOpenapi: {
    method: "GET";
    path: "/openapi.json";
    in: Record<string, never>;
    query: Record<string, never>;
    body: undefined;
    answer: { [name: string]: JsonValue };
  };
  /** Pipelines, with the states of their last runs */
  listPipelines: {
    method: "GET";
    path: "/pipelines";
    in: Record<string, never>;
    query: { q?: undefined | string; project?: undefined | string; after?: undefined | string; most?: undefined | number };
    body: undefined;
    answer: PipelinesPage;
  };
  /** Begin a pipeline: a draft of it */
  createPipeline: {
    method: "POST";
    path: "/pipelines";
    in: Record<string, never>;
    query: Record<string, never>;
    body: Create;
    answer: DraftTold;
  };
  /** A pipeline */
  showPipeline: {
    method: "GET";
    path: "/pipelines/{project}/{pipeline}";
    in: { project: string; pipeline: string };
    query: Record<string, never>;
    body: undefined;
    answer: PipelinesListed;
  };
  /** Make a version live again: roll back, or forth */
  activatePipeline: {
    method: "POST";
    path: "/pipelines/{project}/{pipeline}/activate";
    in: { project: string; pipeline: string };
    query: Record<string, never>;
    body: Activate;
    answer: Impact;
  };
  /** Every mistake of a draft, or of a text in its place */
  checkDraft: {
    method: "POST";
    path: "/pipelines/{project}/{pipeline}/check";
    in: { project: string; pipeline: string };
    query: Record<string, never>;
    body: CheckDraft;
    answer: Checked;
  };
  /** What differs between two versions, or from the draft */
  diffPipeline: {
    method: "GET";
    path: "/pipelines/{project}/{pipeline}/diff";
    in: { project: string; pipeline: string };
    query: { from: string; to?: undefined | string };
    body: undefined;
    answer: Diff;
  };
  /** Give a draft up */
  dropDraft: {
    method: "DELETE";
    path: "/pipelines/{project}/{pipeline}/draft";
    in: { project: string; pipeline: string };
    query: Record<string, never>;
    body: undefined;
    answer: undefined;
  };
  /** A pipeline's draft */
  showDraft: {
    method: "GET";
    path: "/pipelines/{project}/{pipeline}/draft";
    in: { project: string; pipeline: string };
    query: Record<string, never>;
    body: undefined;
    answer: DraftTold;
  };
  /** Save a draft, broken or not */
  saveDraft: {
    method: "PUT";
    path: "/pipelines/{project}/{pipeline}/draft";
    in: { project: string; pipeline: string };
    query: Record<string, never>;
    body: Save;
    answer: DraftTold;
  };
  /** A version as YAML, JSON or CloudFormation */
  exportPipeline: {
    method: "GET";
    path: "/pipelines/{project}/{pipeline}/export";
    in: { project: string; pipeline: string };
    query: { format?: undefined | "yaml" | "json" | "cloudformation"; version?: undefined | string; stage?: undefined | string };
    body: undefined;
    answer: JsonValue;
  };
  /** Triggers start nothing for now */
  pausePipeline: {
    method: "POST";
    path: "/pipelines/{project}/{pipeline}/pause";
    in: { project: string; pipeline: string };
    query: Record<string, never>;
    body: undefined;
    answer: Paused;
  };
  /** Publish a draft, or say what that would mean */
  publishPipeline: {
    method: "POST";
    path: "/pipelines/{project}/{pipeline}/publish";
    in: { project: string; pipeline: string };
    query: Record<string, never>;
    body: Publish;
    answer: Impact;
  };
  /** Triggers start runs again */
  resumePipeline: {
    method: "POST";
    path: "/pipelines/{project}/{pipeline}/resume";
    in: { project: string; pipeline: string };
    query: Record<string, never>;
    body: undefined;
    answer: Paused;
  };
  /** The rules that a version is */
  listRules: {
    method: "GET";
    path: "/pipelines/{project}/{pipeline}/rules";
    in: { project: string; pipeline: string };
    query: { version?: undefined | string };
    body: undefined;
    answer: Rules;
  };
  /** What would happen, with nothing executed */
  simulatePipeline: {
    method: "POST";
    path: "/pipelines/{project}/{pipeline}/simulate";
    in: { project: string; pipeline: string };
    query: Record<string, never>;
    body: Simulate;
    answer: Simulated;
  };
  /** Live no more; its runs go on */
  unpublishPipeline: {
    method: "POST";
    path: "/pipelines/{project}/{pipeline}/unpublish";
    in: { project: string; pipeline: string };
    query: Record<string, never>;
    body: undefined;
    answer: Unpublished;
  };
  /** A pipeline's versions, the newest first */
  listVersions: {
    method: "GET";
    path: "/pipelines/{project}/{pipeline}/versions";
    in: { project: string; pipeline: string };
    query: { after?: undefined | string; most?: undefined | number };
    body: undefined;
    answer: Versions;
  };
  /** A version: its document, its text */
  showVersion: {
    method: "GET";
    path: "/pipelines/{project}/{pipeline}/versions/{number}";
    in: { project: string; pipeline: string; number: string };
    query: Record<string, never>;
    body: undefined;
    answer: VersionWhole;
  };
  /** The caller's projects */
  listProjects: {
    method: "GET";
    path: "/projects";
    in: Record<string, never>;
    query: { after?: undefined | string; most?: undefined | number };
    body: undefined;
    answer: ProjectsPage;
  };
  /** A project, and how much it has */
  showProject: {
    method: "GET";
    path: "/projects/{project}";
    in: { project: string };
    query: Record<string, never>;
    body: undefined;
    answer: Shown;
  };
  /** Describe a project, or make one */
  describeProject: {
    method: "PUT";
    path: "/projects/{project}";
    in: { project: string };
    query: Record<string, never>;
    body: Description;
    answer: Shown;
  };
  /** Who has a role in the project */
  listMembers: {
    method: "GET";
    path: "/projects/{project}/members";
    in: { project: string };
    query: { after?: undefined | string; most?: undefined | number };
    body: undefined;
    answer: MembersPage;
  };
  /** Take somebody's role away */
  removeMember: {
    method: "DELETE";
    path: "/projects/{project}/members/{name}";
    in: { project: string; name: string };
    query: Record<string, never>;
    body: undefined;
    answer: undefined;
  };
  /** Give somebody a role in it */
  putMember: {
    method: "PUT";
    path: "/projects/{project}/members/{name}";
    in: { project: string; name: string };
    query: Record<string, never>;
    body: Given;
    answer: Member;
  };
  /** Who is told of what */
  listNotifications: {
    method: "GET";
    path: "/projects/{project}/notifications";
    in: { project: string };
    query: { after?: undefined | string; most?: undefined | number };
    body: undefined;
    answer: NotificationsPage;
  };
  /** Subscribe to a project */
  createNotification: {
    method: "POST";
    path: "/projects/{project}/notifications";
    in: { project: string };
    query: Record<string, never>;
    body: Subscription;
    answer: Notification;
  };
  /** Unsubscribe */
  removeNotification: {
    method: "DELETE";
    path: "/projects/{project}/notifications/{id}";
    in: { project: string; id: string };
    query: Record<string, never>;
    body: undefined;
    answer: undefined;
  };
  /** A subscription */
  showNotification: {
    method: "GET";
    path: "/projects/{project}/notifications/{id}";
    in: { project: string; id: string };
    query: Record<string, never>;
    body: undefined;
    answer: Notification;
  };
  /** Change a subscription */
  changeNotification: {
    method: "PUT";
    path: "/projects/{project}/notifications/{id}";
    in: { project: string; id: string };
    query: Record<string, never>;
    body: Subscription;
    answer: Notification;
  };
  /** Send a sample */
  testNotification: {
    method: "POST";
    path: "/projects/{project}/notifications/{id}/test";
    in: { project: string; id: string };
    query: Record<string, never>;
    body: undefined;
    answer: Sent;
  };
  /** The names of its secrets */
  listSecrets: {
    method: "GET";
    path: "/projects/{project}/secrets";
    in: { project: string };
    query: { after?: undefined | string; most?: undefined | number };
    body: undefined;
    answer: SecretsListed;
  };
  /** Remove a secret */
  removeSecret: {
    method: "DELETE";
    path: "/projects/{project}/secrets/{name}";
    in: { project: string; name: string };
    query: Record<string, never>;
    body: undefined;
    answer: undefined;
  };
  /** Set a secret */
  putSecret: {
    method: "PUT";
    path: "/projects/{project}/secrets/{name}";
    in: { project: string; name: string };
    query: Record<string, never>;
    body: SecretsValue;
    answer: Secret;
  };
  /** The project's variables */
  listVariables: {
    method: "GET";
    path: "/projects/{project}/variables";
    in: { project: string };
    query: { after?: undefined | string; most?: undefined | number };
    body: undefined;
    answer: VariablesListed;
  };
  /** Remove what was set */
  removeVariable: {
    method: "DELETE";
    path: "/projects/{project}/variables/{name}";
    in: { project: string; name: string };
    query: Record<string, never>;
    body: undefined;
    answer: undefined;
  };
  /** Set a variable */
  putVariable: {
    method: "PUT";
    path: "/projects/{project}/variables/{name}";
    in: { project: string; name: string };
    query: Record<string, never>;
    body: VariablesValue;
    answer: Variable;
  };
  /** Triggers that matched and started nothing, and why */
  listRefusals: {
    method: "GET";
    path: "/refusals";
    in: Record<string, never>;
    query: { pipeline?: undefined | string; after?: undefined | string; most?: undefined | number };
    body: undefined;
    answer: RefusalsPage;
  };
  /** Start a run; the body is its input */
  runFlow: {
    method: "POST";
    path: "/run/{flow}";
    in: { flow: string };
    query: { wait?: undefined | number };
    body: JsonValue;
    answer: CameOf;
  };
  /** What came of a run */
  showFlowRun: {
    method: "GET";
    path: "/run/{flow}/{id}";
    in: { flow: string; id: string };
    query: { wait?: undefined | number };
    body: undefined;
    answer: CameOf;
  };
  /** Runs, the newest first */
  listRuns: {
    method: "GET";
    path: "/runs";
    in: Record<string, never>;
    query: { pipeline?: undefined | string; project?: undefined | string; state?: undefined | RunState; since?: undefined | string; until?: undefined | string; q?: undefined | string; after?: undefined | string; most?: undefined | number };
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
    query: { definition?: undefined | boolean };
    body: undefined;
    answer: RunDocument;
  };
  /** What a run refers to: large values, files */
  listArtifacts: {
    method: "GET";
    path: "/runs/{run}/artifacts";
    in: { run: string };
    query: Record<string, never>;
    body: undefined;
    answer: ArtifactList;
  };
  /** A large value of a run, as JSON */
  fetchArtifact: {
    method: "GET";
    path: "/runs/{run}/artifacts/{id}";
    in: { run: string; id: string };
    query: Record<string, never>;
    body: undefined;
    answer: JsonValue;
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
    query: { after?: undefined | string; wait?: undefined | number; most?: undefined | number };
    body: undefined;
    answer: RunEventsPage;
  };
  /** What its functions printed, as it comes */
  listRunLogs: {
    method: "GET";
    path: "/runs/{run}/logs";
    in: { run: string };
    query: { task?: undefined | string; attempt?: undefined | number; after?: undefined | string; wait?: undefined | number; most?: undefined | number };
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
  /** Pipelines to start from */
  listTemplates: {
    method: "GET";
    path: "/templates";
    in: Record<string, never>;
    query: Record<string, never>;
    body: undefined;
    answer: Templates;
  };
  /** Tokens, without what they are */
  listTokens: {
    method: "GET";
    path: "/tokens";
    in: Record<string, never>;
    query: { after?: undefined | string; most?: undefined | number };
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
    query: { after?: undefined | string; most?: undefined | number };
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
  listActions: ["GET", "/actions"],
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
  checkText: ["POST", "/check"],
  listDeadLetters: ["GET", "/dead-letters"],
  dropDeadLetters: ["POST", "/dead-letters/drop"],
  redriveDeadLetters: ["POST", "/dead-letters/redrive"],
  emitEvents: ["POST", "/events"],
  listFlows: ["GET", "/flows"],
  listFunctions: ["GET", "/functions"],
  removeFunction: ["DELETE", "/functions/{name}"],
  showFunction: ["GET", "/functions/{name}"],
  writeFunction: ["PUT", "/functions/{name}"],
  testFunction: ["POST", "/functions/{name}/test"],
  callWebhook: ["POST", "/hooks/{project}/{pipeline}/{trigger}"],
  callFunction: ["POST", "/lib/{name}"],
  matchEvent: ["POST", "/match"],
  showOpenapi: ["GET", "/openapi.json"],
  listPipelines: ["GET", "/pipelines"],
  createPipeline: ["POST", "/pipelines"],
  showPipeline: ["GET", "/pipelines/{project}/{pipeline}"],
  activatePipeline: ["POST", "/pipelines/{project}/{pipeline}/activate"],
  checkDraft: ["POST", "/pipelines/{project}/{pipeline}/check"],
  diffPipeline: ["GET", "/pipelines/{project}/{pipeline}/diff"],
  dropDraft: ["DELETE", "/pipelines/{project}/{pipeline}/draft"],
  showDraft: ["GET", "/pipelines/{project}/{pipeline}/draft"],
  saveDraft: ["PUT", "/pipelines/{project}/{pipeline}/draft"],
  exportPipeline: ["GET", "/pipelines/{project}/{pipeline}/export"],
  pausePipeline: ["POST", "/pipelines/{project}/{pipeline}/pause"],
  publishPipeline: ["POST", "/pipelines/{project}/{pipeline}/publish"],
  resumePipeline: ["POST", "/pipelines/{project}/{pipeline}/resume"],
  listRules: ["GET", "/pipelines/{project}/{pipeline}/rules"],
  simulatePipeline: ["POST", "/pipelines/{project}/{pipeline}/simulate"],
  unpublishPipeline: ["POST", "/pipelines/{project}/{pipeline}/unpublish"],
  listVersions: ["GET", "/pipelines/{project}/{pipeline}/versions"],
  showVersion: ["GET", "/pipelines/{project}/{pipeline}/versions/{number}"],
  listProjects: ["GET", "/projects"],
  showProject: ["GET", "/projects/{project}"],
  describeProject: ["PUT", "/projects/{project}"],
  listMembers: ["GET", "/projects/{project}/members"],
  removeMember: ["DELETE", "/projects/{project}/members/{name}"],
  putMember: ["PUT", "/projects/{project}/members/{name}"],
  listNotifications: ["GET", "/projects/{project}/notifications"],
  createNotification: ["POST", "/projects/{project}/notifications"],
  removeNotification: ["DELETE", "/projects/{project}/notifications/{id}"],
  showNotification: ["GET", "/projects/{project}/notifications/{id}"],
  changeNotification: ["PUT", "/projects/{project}/notifications/{id}"],
  testNotification: ["POST", "/projects/{project}/notifications/{id}/test"],
  listSecrets: ["GET", "/projects/{project}/secrets"],
  removeSecret: ["DELETE", "/projects/{project}/secrets/{name}"],
  putSecret: ["PUT", "/projects/{project}/secrets/{name}"],
  listVariables: ["GET", "/projects/{project}/variables"],
  removeVariable: ["DELETE", "/projects/{project}/variables/{name}"],
  putVariable: ["PUT", "/projects/{project}/variables/{name}"],
  listRefusals: ["GET", "/refusals"],
  runFlow: ["POST", "/run/{flow}"],
  showFlowRun: ["GET", "/run/{flow}/{id}"],
  listRuns: ["GET", "/runs"],
  startRun: ["POST", "/runs"],
  showRun: ["GET", "/runs/{run}"],
  listArtifacts: ["GET", "/runs/{run}/artifacts"],
  fetchArtifact: ["GET", "/runs/{run}/artifacts/{id}"],
  cancelRun: ["POST", "/runs/{run}/cancel"],
  listRunEvents: ["GET", "/runs/{run}/events"],
  listRunLogs: ["GET", "/runs/{run}/logs"],
  rerun: ["POST", "/runs/{run}/rerun"],
  settleTask: ["POST", "/runs/{run}/tasks/{task}/settle"],
  explainRun: ["GET", "/runs/{run}/why"],
  listTemplates: ["GET", "/templates"],
  listTokens: ["GET", "/tokens"],
  createToken: ["POST", "/tokens"],
  revokeToken: ["DELETE", "/tokens/{id}"],
  listUsers: ["GET", "/users"],
  createUser: ["POST", "/users"],
  removeUser: ["DELETE", "/users/{name}"],
  showUser: ["GET", "/users/{name}"],
  changeUser: ["PUT", "/users/{name}"],
};
