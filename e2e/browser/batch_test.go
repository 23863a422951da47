package browser

import (
	"testing"

	"github.com/bodhi-gateway/bodhi/e2e/harness"
)

// A person makes a batch of a table, sees what it would cost, and finds the results.
func TestABatchOfATable(t *testing.T) {
	t.Parallel()
	b := open(t, harness.Empty(t).URL)
	b.signUp("Acme", "ada@acme.test")
	b.goTo("/keys/new")
	b.fill("Name", "Ada's laptop")
	b.press("Create key")
	b.text("#secret")
	b.goTo("/batches")
	b.press("Create a batch")
	b.choose("Format", "A table (CSV)")
	b.fill("Or paste it", "id,review\nr1,Arrived late\nr2,Lovely\n")
	b.fill("Model", "sandbox/sandbox-chat")
	b.fill("Longest answer", "20")
	b.fill("Column of ids", "id")
	b.fill("Prompt", "Is this positive? {{review}}")
	b.fill("Name of the batch", "Reviews")
	b.press("Preview and price")
	b.sees("Is this positive? Lovely")
	b.judged("batches-preview")
	b.press("Create batch")
	b.sees("Completed")
	b.sees("2 of 2 requests")
	b.sees("Delete") // the buttons of a batch that is over came without a reload
	b.judged("batches-one")
	b.finds("/batches", "Reviews")
}
