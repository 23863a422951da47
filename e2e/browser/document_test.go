package browser

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/bodhi-gateway/bodhi/e2e/harness"
)

// atDocuments is a browser on the page of documents, opened for its team.
func atDocuments(t *testing.T) *tab {
	t.Helper()
	b := open(t, harness.Empty(t).URL)
	b.signUp("Papers", "ada@papers.test")
	b.goTo("/documents")
	b.press("Open documents")
	b.sees("What to find")
	return b
}

// receipt is a file on this machine.
func receipt(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "receipt.md")
	if err := os.WriteFile(path, []byte("Invoice 17 of Acme\n\nTotal 12.50 EUR\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// A document is read while the page tells how far it is; what came is shown with its cost, leads to its request, and can be saved.
func TestADocumentIsRead(t *testing.T) {
	t.Parallel()
	b := atDocuments(t)
	b.provokes(422)
	b.fitsEveryScreen("documents")
	b.run("choose the file", chromedp.SetUploadFiles("[name=file]", []string{receipt(t)}, chromedp.ByQuery))
	b.choose("What to find", "Receipt or invoice: Who sold what to whom, when, for how much, with every line.")
	b.fill("Model", "sandbox-chat")
	b.press("Read the document")
	b.sees("Model's confidence")
	b.sees("Save as JSON")
	b.fitsEveryScreen("documents-receipt")
	b.goTo("/documents/transcribe")
	b.fitsEveryScreen("documents-transcribe")
	b.goTo("/documents/speak")
	b.fitsEveryScreen("documents-speak")
	b.press("Speak it, as MP3")
	b.sees("Type what is to be spoken.")
	b.speaksForItself()
}

// Without scripts the same form gives the same result, and a wrong one keeps what was typed.
func TestADocumentIsReadWithoutScripts(t *testing.T) {
	t.Parallel()
	b := open(t, harness.Empty(t).URL)
	b.withoutScripts()
	b.provokes(422)
	b.signUp("Plain", "ada@plain.test")
	b.goTo("/documents")
	b.press("Open documents")
	b.fill("Most it may cost", "nothing")
	b.run("choose the file", chromedp.SetUploadFiles("[name=file]", []string{receipt(t)}, chromedp.ByQuery))
	b.press("Read the document")
	b.sees("an amount of dollars above zero")
	b.fill("Most it may cost", "0.50")
	b.run("choose the file", chromedp.SetUploadFiles("[name=file]", []string{receipt(t)}, chromedp.ByQuery))
	b.press("Read the document")
	b.sees("Invoice 17 of Acme")
	b.sees("Save as text")
}
