package route_test

import (
	"testing"

	"github.com/bodhi-gateway/bodhi/app/id"
)

// What is at a provider is looked after through a connection that is switched off, too. One without a key that can be read is there all the same.
func TestAnAccountIsThereWithoutTraffic(t *testing.T) {
	t.Parallel()
	w := newTown()
	off := w.connect(w.here, "off without a key", "openai")
	w.connections[len(w.connections)-1].Disabled, w.connections[len(w.connections)-1].Sealed = true, nil
	x := w.compile(t)
	for name, c := range map[string]struct {
		org           id.Org
		is            id.Connection
		speaks, there bool
	}{
		"one that takes traffic":                 {w.here, w.connections[0].ID, true, true},
		"one that is switched off":               {w.here, w.connections[4].ID, true, true},
		"one that is switched off without a key": {w.here, off, false, true},
		"one without a key":                      {w.here, w.connections[5].ID, false, true},
		"one with a torn key":                    {w.here, w.connections[6].ID, false, true},
		"another organization's":                 {w.here, w.connections[7].ID, false, false},
		"one of an organization without any":     {id.NewOrg(w.ids), w.connections[0].ID, false, false},
	} {
		if conn, there := x.Account(c.org, c.is); there != c.there || (conn != nil) != c.speaks || conn != nil && conn.ID != c.is {
			t.Errorf("%s: %v %v", name, conn, there)
		}
	}
}
