package browser

import (
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/e2e/harness"
)

// An operator comes in by a link, suspends an organization and resumes it, and is offered its pages once its admin allows that; the
// console's pages are judged on every screen.
func TestAnOperatorSuspendsResumesAndIsLetIn(t *testing.T) {
	t.Parallel()
	g := harness.Start(t, harness.Setup{Providers: []string{"name=main,kind=sandbox"}, Models: []string{"smart=main/sandbox-chat"}, Env: []string{"BODHI_CONSOLE=127.0.0.1"}})
	b := open(t, g.URL)
	b.provokes(422)
	b.goTo(strings.TrimPrefix(strings.TrimSpace(string(g.Run(t, "console", "--name", "Olga"))), g.URL))
	b.judged("operator-enter")
	b.press("Enter")
	b.sees("All of this installation, newest first.")
	b.judged("operator-tenants")
	b.press("Acme")
	b.sees("Its admins never allowed it.")
	b.press("Suspend the organization")
	b.sees("Say why in 1 to 300 characters.")
	b.fill("Why", "The invoice of October is open")
	b.press("Suspend the organization")
	b.sees("Suspended: The invoice of October is open")
	b.judged("operator-tenant")
	for path, says := range map[string]string{"/operator/health": "Running", "/operator/settings": "Close sign-up", "/operator/backups": "No backup was ever made", "/operator/log": "Suspended the organization"} {
		b.goTo(path)
		b.sees(says)
		b.judged("operator-" + strings.TrimPrefix(path, "/operator/"))
	}
	b.goTo("/operator/jobs/")
	b.sees("Discarded")

	b.logIn("admin@acme.test")
	b.sees("The invoice of October is open")
	b.goTo("/settings/support")
	b.fill("What should they look at", "our spend looks wrong")
	b.press("Allow")
	b.sees("Support has access")
	b.judged("support")
	b.goTo("/operator?q=acme")
	b.press("Acme")
	b.press("Resume the organization")
	b.sees("Suspend the organization") // the page before it had the next link as well
	b.press("Look at its pages")
	b.sees("Costs")
	b.judged("operator-look")
}
