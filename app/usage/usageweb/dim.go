package usageweb

import (
	"slices"

	"github.com/bodhi-gateway/bodhi/app/usage"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// dimensions are what people divide usage by, in the order of choices.
var dimensions = []struct {
	dim          usage.Dim
	label, group string
	// next is what a value is divided by when somebody looks into it.
	next usage.Dim
}{
	{usage.Department, "Department", "Who", usage.Team},
	{usage.Team, "Team", "Who", usage.Member},
	{usage.Member, "Person", "Who", usage.Model},
	{usage.Key, "Key", "Who", usage.Model},
	{usage.Client, "App", "Who", usage.Model},
	{usage.Tag("project"), "Project", "For what", usage.Member},
	{usage.Tag("purpose"), "Purpose", "For what", usage.Team},
	{usage.Model, "Model", "What", usage.Team},
	{usage.Connection, "Provider", "What", usage.Model},
	{usage.Asked, "Model as asked for", "What", usage.Model},
	{usage.Endpoint, "Endpoint", "What", usage.Model},
	{usage.Cache, "Gateway cache", "How", usage.Model},
	{usage.Outcome, "Outcome", "How", usage.Model},
}

// offered are all dimensions that forms offer, and one that was asked for besides.
func offered(besides ...string) []usage.Dim {
	var out []usage.Dim
	for _, d := range dimensions {
		out = append(out, d.dim)
	}
	for _, b := range besides {
		if _, tag := usage.Dim(b).Tag(); tag && !slices.Contains(out, usage.Dim(b)) {
			out = append(out, usage.Dim(b))
		}
	}
	return out
}

// dimOptions are the choices of a form; tags are the tag keys in use.
func dimOptions(tags []string, chosen ...usage.Dim) []ui.Option {
	var out []ui.Option
	known := map[usage.Dim]bool{}
	add := func(d usage.Dim, group string) {
		if !known[d] {
			known[d] = true
			out = append(out, ui.Option{Value: string(d), Label: dimLabel(d), Group: group})
		}
	}
	for _, d := range dimensions {
		add(d.dim, d.group)
	}
	for _, t := range tags {
		add(usage.Tag(t), "Tags")
	}
	for _, d := range chosen {
		if _, tag := d.Tag(); tag {
			add(d, "Tags")
		}
	}
	return out
}

// dimLabel is what a dimension is called, as the heading of a column.
func dimLabel(d usage.Dim) string {
	for _, known := range dimensions {
		if known.dim == d {
			return known.label
		}
	}
	if key, ok := d.Tag(); ok {
		return "Tag " + key
	}
	return string(d)
}

// nextDim is what to divide a value of d by, out of what nothing narrows yet.
func nextDim(d usage.Dim, where []usage.Filter) usage.Dim {
	list := []usage.Dim{usage.Team, usage.Model, usage.Member, usage.Key, usage.Client, usage.Connection}
	for _, known := range dimensions {
		if known.dim == d {
			list = append([]usage.Dim{known.next}, list...)
		}
	}
	for _, next := range list {
		if next != d && !slices.ContainsFunc(where, func(f usage.Filter) bool { return f.Dim == next }) {
			return next
		}
	}
	return usage.Endpoint
}

// narrowed are filters with one more; a dimension that is narrowed already keeps one value.
func narrowed(where []usage.Filter, more usage.Filter) []usage.Filter {
	out := slices.DeleteFunc(slices.Clone(where), func(f usage.Filter) bool { return f.Dim == more.Dim })
	return append(out, more)
}
