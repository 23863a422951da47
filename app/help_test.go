package app

import (
	"testing"

	"github.com/bodhi-gateway/bodhi/app/manual"
	"github.com/bodhi-gateway/bodhi/docs"
	"github.com/bodhi-gateway/bodhi/views/layout"
)

func TestEveryPageOfTheNavigationHasHelp(t *testing.T) {
	t.Parallel()
	m, err := manual.New(docs.Pages)
	must(t, err)
	if len(layout.Help()) < 20 {
		t.Errorf("only %d pages were looked at", len(layout.Help()))
	}
	for page, name := range layout.Help() {
		if _, ok := m.Find(name); name == "" || !ok {
			t.Errorf("%s leads to %q in the manual, which is not there: set it in views/layout/help.go", page, name)
		}
	}
}
