import { type FormEvent, useState } from "react";
import { signIn } from "../api/session.ts";
import { enter, useWho } from "../api/whoami.ts";
import { texts } from "../text/en.ts";
import { Mark } from "../ui/Mark.tsx";

export function SignInPage() {
  const { where, refused } = useWho();
  const [given, setGiven] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void enter(given.trim());
  };
  const told = texts.signIn;
  return (
    <main className="signin" id="page">
      <div className="card stack">
        <div className="row">
          <Mark size={28} />
          <h1>{told.title}</h1>
        </div>
        {where?.domain ? (
          <>
            <p className="soft">{told.afar}</p>
            <button type="button" className="button main" onClick={() => void signIn(where)}>
              {told.go}
            </button>
          </>
        ) : (
          <form className="stack" onSubmit={submit}>
            <p className="soft">{told.local}</p>
            <div className="field">
              <label htmlFor="token">{told.token}</label>
              <input
                id="token"
                className="input mono"
                type="password"
                autoComplete="off"
                value={given}
                aria-invalid={refused}
                aria-describedby="token-hint"
                onChange={(event) => setGiven(event.target.value)}
              />
              <span id="token-hint" className={refused ? "wrong" : "hint"}>
                {refused ? told.refused : told.localHint}
              </span>
            </div>
            <button type="submit" className="button main" disabled={given.trim() === ""}>
              {told.enter}
            </button>
          </form>
        )}
      </div>
    </main>
  );
}
