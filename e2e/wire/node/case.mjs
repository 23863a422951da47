// What the scripts here share: cases that run one after the other and print one JSON line each,
// {"name": "...", "error": "" or why it failed}.
const cases = [];

export const test = (name, run) => cases.push({ name, run });

export async function run() {
  for (const { name, run } of cases) {
    let error = "";
    try {
      await run();
    } catch (e) {
      error = String(e?.stack ?? e);
    }
    console.log(JSON.stringify({ name, error }));
  }
}
