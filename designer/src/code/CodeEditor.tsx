// The code editor, for YAML, JSON and Python. A chunk of its own: import it with `lazy`.
//
// `value` is the truth: what arrives from outside replaces what is shown (only where it differs, so the cursor stays), and
// what is typed is told through `change`. Problems are drawn where they are; completions come from whoever shows it.
// Tab goes on to what comes next, as everywhere on the page; Ctrl or Command with ] and [ indents.

import {
  autocompletion,
  type CompletionSource,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
} from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { json } from "@codemirror/lang-json";
import { python } from "@codemirror/lang-python";
import { yaml } from "@codemirror/lang-yaml";
import {
  bracketMatching,
  foldGutter,
  foldKeymap,
  indentOnInput,
  indentUnit,
  syntaxHighlighting,
} from "@codemirror/language";
import { type Diagnostic, lintGutter, lintKeymap, setDiagnostics } from "@codemirror/lint";
import { highlightSelectionMatches, searchKeymap } from "@codemirror/search";
import { Compartment, EditorState, type Extension } from "@codemirror/state";
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  highlightSpecialChars,
  keymap,
  lineNumbers,
} from "@codemirror/view";
import { useEffect, useRef } from "react";
import { colours, theme } from "./theme.ts";

export type Language = "yaml" | "json" | "python" | "text";

export interface Mark {
  /** Offsets in the text. */
  from: number;
  to: number;
  severity: "error" | "warning" | "info";
  text: string;
}

interface Props {
  label: string;
  language: Language;
  value: string;
  change?: (text: string) => void;
  marks?: readonly Mark[];
  complete?: CompletionSource;
  readOnly?: boolean;
  /** Where the cursor stands, told whenever it moves. */
  at?: (offset: number) => void;
  /** The cursor goes there when this changes. */
  reveal?: number | undefined;
  autoFocus?: boolean;
}

export default function CodeEditor(props: Props) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(undefined);
  const latest = useRef(props);
  latest.current = props;
  const variable = useRef({ language: new Compartment(), readOnly: new Compartment() });

  // biome-ignore lint/correctness/useExhaustiveDependencies: it is made once; what changes later is dispatched below
  useEffect(() => {
    const parent = host.current;
    if (parent === null) return;
    const { language, readOnly } = variable.current;
    const made = new EditorView({
      parent,
      state: EditorState.create({
        doc: props.value,
        extensions: [
          ...whole(props.label, latest),
          language.of(languageOf(props.language)),
          readOnly.of(EditorState.readOnly.of(props.readOnly ?? false)),
        ],
      }),
    });
    view.current = made;
    if (props.autoFocus) made.focus();
    return () => made.destroy();
  }, []);

  useEffect(() => {
    const now = view.current?.state.doc.toString();
    if (view.current === undefined || now === undefined || now === props.value) return;
    view.current.dispatch({ changes: difference(now, props.value) });
  }, [props.value]);

  useEffect(() => {
    const found = view.current;
    if (found === undefined) return;
    const end = found.state.doc.length;
    const told: Diagnostic[] = (props.marks ?? []).map((one) => ({
      from: Math.min(one.from, end),
      to: Math.min(Math.max(one.to, one.from), end),
      severity: one.severity,
      message: one.text,
    }));
    found.dispatch(setDiagnostics(found.state, told));
  }, [props.marks]);

  useEffect(() => {
    const { language, readOnly } = variable.current;
    view.current?.dispatch({
      effects: [
        language.reconfigure(languageOf(props.language)),
        readOnly.reconfigure(EditorState.readOnly.of(props.readOnly ?? false)),
      ],
    });
  }, [props.language, props.readOnly]);

  useEffect(() => {
    const found = view.current;
    if (found === undefined || props.reveal === undefined) return;
    const anchor = Math.min(props.reveal, found.state.doc.length);
    found.dispatch({ selection: { anchor }, effects: EditorView.scrollIntoView(anchor, { y: "center" }) });
  }, [props.reveal]);

  return <div className="code" ref={host} />;
}

function whole(label: string, latest: { current: Props }): Extension[] {
  return [
    lineNumbers(),
    foldGutter(),
    lintGutter(),
    highlightSpecialChars(),
    history(),
    drawSelection(),
    indentUnit.of("  "),
    indentOnInput(),
    bracketMatching(),
    closeBrackets(),
    autocompletion({ override: [(context) => latest.current.complete?.(context) ?? null] }),
    highlightActiveLine(),
    highlightActiveLineGutter(),
    highlightSelectionMatches(),
    syntaxHighlighting(colours),
    theme,
    keymap.of([
      ...closeBracketsKeymap,
      ...defaultKeymap,
      ...searchKeymap,
      ...historyKeymap,
      ...foldKeymap,
      ...completionKeymap,
      ...lintKeymap,
    ]),
    EditorView.lineWrapping,
    EditorView.contentAttributes.of({ "aria-label": label, tabindex: "0" }),
    EditorView.updateListener.of((update) => {
      const now = latest.current;
      if (update.docChanged) {
        const text = update.state.doc.toString();
        if (text !== now.value) now.change?.(text);
      }
      if (update.selectionSet) now.at?.(update.state.selection.main.head);
    }),
  ];
}

function languageOf(language: Language): Extension {
  switch (language) {
    case "yaml":
      return yaml();
    case "json":
      return json();
    case "python":
      return [python(), indentUnit.of("    ")];
    case "text":
      return [];
  }
}

/** The one stretch in which two texts differ: what stands before and after it keeps its place, and so does the cursor. */
function difference(before: string, after: string): { from: number; to: number; insert: string } {
  let from = 0;
  const most = Math.min(before.length, after.length);
  while (from < most && before[from] === after[from]) from += 1;
  let end = 0;
  while (end < most - from && before[before.length - 1 - end] === after[after.length - 1 - end]) end += 1;
  return { from, to: before.length - end, insert: after.slice(from, after.length - end) };
}
