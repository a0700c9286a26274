// Starts ReDoc with the document that the page names, in the reader's choice of light or dark.
"use strict";
const dark = window.matchMedia("(prefers-color-scheme: dark)");
dark.addEventListener("change", () => window.location.reload());

const night = {
  colors: {
    primary: { main: "#6fc9d8" },
    success: { main: "#7fd6a6" },
    warning: { main: "#e5c07b" },
    error: { main: "#ff9b9b" },
    text: { primary: "#dfe7ea", secondary: "#a3b2b8" },
    border: { dark: "#38464c", light: "#2a363b" },
    http: { get: "#2f7d56", post: "#2f6f9f" },
    responses: {
      success: { color: "#9be3b9", backgroundColor: "#17302a", tabTextColor: "#7fd6a6" },
      redirect: { color: "#e5c07b", backgroundColor: "#332b1a", tabTextColor: "#e5c07b" },
      error: { color: "#ffb3b3", backgroundColor: "#3a2226", tabTextColor: "#ff9b9b" },
    },
  },
  schema: {
    nestedBackground: "#1b2428",
    linesColor: "#4a5b62",
    typeNameColor: "#a3b2b8",
    typeTitleColor: "#a3b2b8",
    requireLabelColor: "#ff9b9b",
  },
  sidebar: { backgroundColor: "#171f23", textColor: "#dfe7ea" },
  rightPanel: { backgroundColor: "#0d1214" },
  codeBlock: { backgroundColor: "#171f23" },
  typography: { code: { color: "#9fe3ee", backgroundColor: "#1f2a2f" }, links: { color: "#6fc9d8" } },
};
const day = {
  colors: {
    primary: { main: "#0f5f6e", light: "#0f5f6e" },
    error: { main: "#b3261e" },
    responses: {
      redirect: { color: "#7a5200", backgroundColor: "#fff6e0", tabTextColor: "#ffd27a" },
      error: { tabTextColor: "#ff9b9b" },
    },
  },
  schema: { requireLabelColor: "#b3261e" },
  typography: { code: { color: "#8a2a1c" } },
};

const reader = document.getElementById("reader");
Redoc.init(
  reader.dataset.document,
  { theme: dark.matches ? night : day, hideDownloadButtons: false, expandResponses: "200", nativeScrollbars: true },
  reader,
);
