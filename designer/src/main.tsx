import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./App.tsx";
import { dress } from "./state/preferences.ts";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/parts.css";
import "./styles/pages.css";

dress();
const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no #root to mount on");
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
