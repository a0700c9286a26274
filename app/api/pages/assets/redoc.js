// Starts ReDoc with the document that the page names, in the reader's choice of light or dark.
"use strict";
const dark = window.matchMedia("(prefers-color-scheme: dark)");
dark.addEventListener("change", () => window.location.reload());

const night = {
  colors: {
    primary: { main: "#6fc9d8" },
    text: { primary: "#dfe7ea", secondary: "#a3b2b8" },
    border: { dark: "#38464c", light: "#2a363b" },
    http: { get: "#3f9a6b", post: "#3f84b5" },
    responses: { success: { backgroundColor: "#17302a" }, error: { backgroundColor: "#3a2226" } },
  },
  schema: { nestedBackground: "#1b2428", linesColor: "#4a5b62", typeNameColor: "#a3b2b8", typeTitleColor: "#a3b2b8" },
  sidebar: { backgroundColor: "#171f23", textColor: "#dfe7ea" },
  rightPanel: { backgroundColor: "#0d1214" },
  codeBlock: { backgroundColor: "#171f23" },
  typography: { code: { color: "#9fe3ee", backgroundColor: "#1f2a2f" }, links: { color: "#6fc9d8" } },
};
const day = { colors: { primary: { main: "#0f5f6e" } } };

const reader = document.getElementById("reader");
Redoc.init(
  reader.dataset.document,
  { theme: dark.matches ? night : day, hideDownloadButtons: false, expandResponses: "200", nativeScrollbars: true },
  reader,
);
