/** Uploading a sheet: chosen or dropped, with how far it is, and a way to stop it. */
const zone = document.querySelector<HTMLElement>('#drop');
const field = document.querySelector<HTMLInputElement>('#file');
const said = document.querySelector<HTMLElement>('#upload-said');
const refused = document.querySelector<HTMLElement>('#upload-refused');
const going = document.querySelector<HTMLElement>('#uploading');
const progress = document.querySelector<HTMLProgressElement>('#upload-progress');
const cancel = document.querySelector<HTMLButtonElement>('#upload-cancel');

/** A screen reader hears every tenth. */
const TENTH = 10;

let request: XMLHttpRequest | null = null;

function tell(text: string): void {
  if (said) said.textContent = text;
}

/** What was refused, and what to do; the focus is where one chooses again. */
function refuse(message: string, hint: string): void {
  if (refused) {
    const what = document.createElement('p');
    const strong = document.createElement('strong');
    strong.textContent = message;
    what.append(strong, ` ${hint}`);
    refused.replaceChildren(what);
  }
  end('');
  field?.focus();
}

function end(text: string): void {
  request = null;
  if (going) going.hidden = true;
  if (field) {
    field.disabled = false;
    field.value = '';
  }
  tell(text);
}

function sizeText(bytes: number): string {
  return `${(bytes / 1e6).toLocaleString(undefined, { maximumFractionDigits: 1 })} MB`;
}

function upload(file: File): void {
  if (request) return;
  refused?.replaceChildren();
  const most = Number(zone?.dataset['max']);
  if (file.size > most) {
    refuse(`${file.name} is ${sizeText(file.size)}; the server takes up to ${sizeText(most)}.`, 'Split it.');
    return;
  }
  const sending = new XMLHttpRequest();
  request = sending;
  let tenth = 0;
  sending.open('PUT', `/sheets?name=${encodeURIComponent(file.name)}`);
  sending.setRequestHeader('Content-Type', 'application/octet-stream');
  sending.setRequestHeader('Accept', 'application/json');
  sending.upload.addEventListener('progress', ({ loaded, total }) => {
    const percent = total > 0 ? Math.floor((loaded / total) * 100) : 0;
    if (progress) progress.value = percent;
    const now = Math.floor(percent / TENTH);
    if (now === tenth) return;
    tenth = now;
    tell(`${file.name}: ${percent} % is uploaded.`);
  });
  sending.addEventListener('load', () => answered(sending));
  sending.addEventListener('error', () =>
    refuse(
      'The upload ended before the server had all of it.',
      'Look whether the server runs, then try again.',
    ),
  );
  sending.addEventListener('abort', () => {
    end('The upload was stopped; nothing of it is kept.');
    field?.focus();
  });
  if (going) going.hidden = false;
  if (progress) progress.value = 0;
  if (field) field.disabled = true;
  tell(`${file.name} is being uploaded.`);
  sending.send(file);
  cancel?.focus();
}

function answered(sending: XMLHttpRequest): void {
  const answer = parsed(sending.responseText);
  if (sending.status === 201 && answer.path !== undefined) {
    // what is under way stays in sight until the next page is there: nothing shows this one anew before that
    tell('It is uploaded.');
    location.assign(answer.path);
    return;
  }
  const { message = `The server answered ${sending.status}.`, hint = 'Try again.' } = answer.error ?? {};
  refuse(message, hint);
}

function parsed(text: string): { path?: string; error?: { message?: string; hint?: string } } {
  try {
    return JSON.parse(text) as { path?: string; error?: { message?: string; hint?: string } };
  } catch {
    return {};
  }
}

if (zone && field) {
  zone.hidden = false;
  field.addEventListener('change', () => {
    const file = field.files?.[0];
    if (file) upload(file);
  });
  cancel?.addEventListener('click', () => request?.abort());
  // A file that misses the zone must not be opened in place of the page.
  for (const type of ['dragover', 'drop'] as const)
    window.addEventListener(type, (event) => {
      if (event.dataTransfer?.types.includes('Files')) event.preventDefault();
    });
  const over = (is: boolean) => zone.classList.toggle('over', is);
  zone.addEventListener('dragover', () => over(true));
  zone.addEventListener('dragleave', (event) => {
    if (!(event.relatedTarget instanceof Node) || !zone.contains(event.relatedTarget)) over(false);
  });
  zone.addEventListener('drop', (event) => {
    over(false);
    const files = event.dataTransfer?.files;
    const file = files?.[0];
    if (!file) return;
    if (files.length > 1) refuse('Several files were dropped.', 'Upload them one after another.');
    else upload(file);
  });
}

export {};
