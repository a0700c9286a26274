// Starts Swagger UI with the document that the page names, and follows the reader's choice of light or dark.
"use strict";
const dark = window.matchMedia("(prefers-color-scheme: dark)");
const follow = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", follow);
follow();

const reader = document.getElementById("reader");
window.ui = SwaggerUIBundle({
  domNode: reader,
  url: reader.dataset.document,
  deepLinking: true,
  displayRequestDuration: true,
  docExpansion: "list",
  tryItOutEnabled: true,
  defaultModelsExpandDepth: 0,
  defaultModelExpandDepth: 2,
  defaultModelRendering: "example",
  persistAuthorization: true,
  validatorUrl: null,
});
