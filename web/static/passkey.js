// @ts-check
/**
 * Passkeys: a button that makes one, a button that signs in with one.
 *
 * Both stay hidden where the browser knows no passkeys. The server asks (`data-begin`), the browser answers, the
 * answer goes back (`data-finish`), and the page moves on. Binary values travel as base64url.
 */

/** @param {string} text */
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));

/** @param {ArrayBuffer} buffer */
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

/**
 * @param {string} url
 * @param {unknown} body
 */
async function post(url, body) {
  const headers = { "content-type": "application/json", accept: "application/json" };
  const response = await fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.detail);
  return answer;
}

/** @param {any} question */
async function make(question) {
  question.challenge = bytes(question.challenge);
  question.user.id = bytes(question.user.id);
  for (const known of question.excludeCredentials) known.id = bytes(known.id);
  return navigator.credentials.create({ publicKey: question });
}

/** @param {any} question */
async function use(question) {
  question.challenge = bytes(question.challenge);
  return navigator.credentials.get({ publicKey: question });
}

/** @param {any} made */
function answer(made) {
  /** @type {Record<string, string>} */
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (made.response[name]) response[name] = text(made.response[name]);
  }
  const { id, type, authenticatorAttachment } = made;
  return { id, rawId: text(made.rawId), type, authenticatorAttachment, clientExtensionResults: {}, response };
}

for (const form of /** @type {NodeListOf<HTMLFormElement>} */ (document.querySelectorAll("form[data-passkey]"))) {
  if (!window.PublicKeyCredential) break;
  form.hidden = false;
  for (const note of document.querySelectorAll("[data-without-passkeys]")) note.remove();
  const said = /** @type {HTMLElement} */ (form.querySelector("[role=status]"));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    said.textContent = "";
    const { passkey, begin = "", finish = "" } = form.dataset;
    const fields = Object.fromEntries(new FormData(form));
    try {
      const { ceremony, question } = await post(begin, {});
      const made = await (passkey === "make" ? make(question) : use(question));
      const { go } = await post(finish, { ceremony, fields, answer: answer(made) });
      location.assign(go);
    } catch (error) {
      const stopped = error instanceof DOMException;
      said.textContent = stopped ? "Nothing was done: the passkey was not given." : String(/** @type {Error} */ (error).message);
    }
  });
}

export {};
