import { type FormEvent, useState } from "react";
import { ask } from "../api/ask.ts";
import type { Role } from "../api/generated/schema.ts";
import type { Problem } from "../api/problem.ts";
import { useAsked } from "../api/useAsked.ts";
import { pages } from "../text/pages.ts";
import { Icon } from "../ui/Icon.tsx";
import { ProblemNotice } from "../ui/ProblemNotice.tsx";

const ROLES: readonly Role[] = ["viewer", "operator", "editor", "admin"];
const told = pages.project;

/** Who has which role in a project. */
export function Members({ project }: { project: string }) {
  const found = useAsked("listMembers", { in: { project } });
  const [name, setName] = useState("");
  const [role, setRole] = useState<Role>("viewer");
  const [refused, setRefused] = useState<Problem>();
  const add = async (event: FormEvent) => {
    event.preventDefault();
    const answer = await ask("putMember", { in: { project, name }, body: { role } });
    setRefused(answer.ok ? undefined : answer.problem);
    if (answer.ok) {
      setName("");
      found.again();
    }
  };
  const drop = async (who: string) => {
    const answer = await ask("removeMember", { in: { project, name: who } });
    setRefused(answer.ok ? undefined : answer.problem);
    found.again();
  };
  return (
    <div className="card">
      {found.problem === undefined ? null : <ProblemNotice problem={found.problem} />}
      <ul className="rows">
        {found.value?.members.map((one) => (
          <li key={one.name} className="row">
            <span className="grow">{one.name}</span>
            <span className="badge">{one.role}</span>
            <button
              type="button"
              className="button plain icon"
              aria-label={told.remove(one.name)}
              onClick={() => void drop(one.name)}
            >
              <Icon name="remove" />
            </button>
          </li>
        ))}
      </ul>
      {found.value?.members.length === 0 ? <p className="faint pad">{told.empty}</p> : null}
      <form className="row wrap pad line" onSubmit={add}>
        <input
          className="input search"
          aria-label={told.person}
          placeholder={told.person}
          required
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <select
          className="input narrow"
          aria-label={told.role}
          value={role}
          onChange={(event) => setRole(ROLES.find((one) => one === event.target.value) ?? "viewer")}
        >
          {ROLES.map((one) => (
            <option key={one}>{one}</option>
          ))}
        </select>
        <button type="submit" className="button">
          {told.add}
        </button>
      </form>
      {refused === undefined ? null : <ProblemNotice problem={refused} />}
    </div>
  );
}
