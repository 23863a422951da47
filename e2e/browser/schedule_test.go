package browser

import (
	"testing"

	"github.com/bodhi-gateway/bodhi/e2e/harness"
)

// A person sets a schedule up, sees when it comes, runs it once by hand, and an admin chooses off-peak hours.
func TestASchedule(t *testing.T) {
	t.Parallel()
	b := open(t, harness.Empty(t).URL)
	b.signUp("Acme", "ada@acme.test")
	b.goTo("/keys/new")
	b.fill("Name", "Ada's laptop")
	b.press("Create key")
	b.text("#secret")
	b.goTo("/batches/schedules")
	b.sees("No schedules yet")
	b.judged("schedules-none")
	b.press("Set up a schedule")
	b.fill("Name of the schedule", "Reviews of the day")
	b.fill("At these times", "0 2 * * 1-5")
	b.choose("Format", "A table (CSV)")
	b.fill("Or paste it", "id,review\nr1,Arrived late\nr2,Lovely\n")
	b.fill("Model", "sandbox/sandbox-chat")
	b.fill("Longest answer", "20")
	b.fill("Column of ids", "id")
	b.fill("Prompt", "Is this positive? {{review}}")
	b.fill("Each may cost at most", "1.00")
	b.judged("schedules-new")
	b.press("Preview and price")
	b.sees("Each time 2 requests, at most")
	b.sees("Is this positive? Lovely")
	b.judged("schedules-preview")
	b.press("Set up")
	b.sees("Nothing yet")
	b.press("Run now")
	b.sees("Make a batch now?")
	b.press("Make a batch")
	b.sees("Completed")
	b.sees("2 of 2 requests")
	b.finds("/batches/schedules", "Reviews of the day")
	b.judged("schedules-list")
	b.press("Reviews of the day")
	b.sees("2 of 2")
	b.judged("schedules-one")
	b.goTo("/batches/hours")
	b.fill("On the clocks of", "Europe/Berlin")
	b.press("Save")
	b.sees("(Europe/Berlin)")
	b.judged("batches-hours")
}
