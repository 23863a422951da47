package web

import "time"

// Version names the state of a thing that a form was filled from, by the moment of its last change. The form carries it in the
// field "version"; Seen reads it back.
func Version(changed time.Time) string { return changed.UTC().Format(time.RFC3339Nano) }

// Seen is when the thing that the form was filled from had been changed last. Zero where the form does not say: then it asks for
// what it says whatever is there, as a script's does.
func (c *Context) Seen() time.Time {
	t, _ := time.Parse(time.RFC3339Nano, c.FormValue("version")) // what is none is what no form of ours says
	return t
}
