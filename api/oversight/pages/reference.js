// Draws the reference. A token given to "Authorize" lives in this page only and is gone when it is closed.
SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#reference",
  deepLinking: true,
  docExpansion: "none",
  filter: true,
  tryItOutEnabled: true,
  displayRequestDuration: true,
  defaultModelsExpandDepth: -1,
  persistAuthorization: false,
  validatorUrl: null,
  // the licence is named in openapi.json; Swagger UI would link it to somebody else's site
  plugins: [() => ({ wrapComponents: { License: () => () => null, OAS31License: () => () => null } })],
});
