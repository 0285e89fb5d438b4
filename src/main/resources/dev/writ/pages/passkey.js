// The one script: it asks the browser for a passkey and posts the answer with the form around it.
"use strict";
(() => {
  const bytes = text => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), c => c.charCodeAt(0));
  const text = buffer => btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const asked = options => {
    options.challenge = bytes(options.challenge);
    if (options.user) options.user.id = bytes(options.user.id);
    for (const list of ["excludeCredentials", "allowCredentials"])
      if (options[list]) options[list] = options[list].map(each => ({ ...each, id: bytes(each.id) }));
    return options;
  };
  const answered = (credential, creating) => {
    const r = credential.response;
    return creating
      ? { id: credential.id, client: text(r.clientDataJSON), attestation: text(r.attestationObject) }
      : { id: credential.id, client: text(r.clientDataJSON), authenticator: text(r.authenticatorData),
          signature: text(r.signature), user: r.userHandle ? text(r.userHandle) : "" };
  };
  const words = error => ({
    NotAllowedError: "The passkey was not used: it was declined, or it took too long. Try again.",
    InvalidStateError: "This device holds a passkey for you already. Use it to sign in.",
    SecurityError: "The browser does not accept this address for passkeys. Open the page under the name it was given with.",
    NotSupportedError: "This device has no passkeys of the kind that is needed.",
  })[error.name] || "The passkey could not be used (" + error.name + ").";
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    const creating = form.dataset.passkey === "create";
    const told = form.querySelector(".told");
    const button = form.querySelector("button");
    form.addEventListener("submit", async event => {
      event.preventDefault();
      told.textContent = "";
      button.disabled = true;
      try {
        if (!navigator.credentials || !window.PublicKeyCredential) throw { name: "NotSupportedError" };
        const options = { publicKey: asked(JSON.parse(form.dataset.options)) };
        const credential = creating
          ? await navigator.credentials.create(options) : await navigator.credentials.get(options);
        form.elements.answer.value = JSON.stringify(answered(credential, creating));
        form.submit();
      } catch (error) {
        told.textContent = words(error);
        button.disabled = false;
      }
    });
  }
})();
