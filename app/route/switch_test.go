package route_test

import (
	"slices"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/route"
)

func TestASwitchSendsRequestsToTheChosenFirstWhateverTheStrategyWas(t *testing.T) {
	t.Parallel()
	for _, s := range append([]route.Strategy{""}, route.Strategies...) {
		d := newDesk()
		first, second := route.ToTarget{To: "up/gpt-5.5", Quality: 1}, route.ToTarget{To: "spare/llama-4", Quality: 2, Hours: "09:00-18:00"}
		if s.Weighs() {
			first.Weight, second.Weight = 90, 10
		}
		made, _, err := d.Apply(t.Context(), d.a, route.Document{Alias: "smart", Strategy: s, Fallback: &route.Fallback{Order: route.Scored}, Targets: []route.ToTarget{first, second}})
		if err != nil {
			t.Fatal(err)
		}
		for _, there := range []bool{true, false} {
			to, want := "up/new", []route.ToTarget{{To: "up/new"}, {To: "spare/llama-4", Quality: 2, Hours: "09:00-18:00"}, {To: "up/gpt-5.5", Quality: 1}}
			if there {
				to, want = second.To, want[1:]
			}
			a, err := d.Switch(t.Context(), d.a, made.ID, to, true)
			if err != nil {
				t.Fatal(err)
			}
			names, err := d.Names(t.Context(), d.a)
			if err != nil {
				t.Fatal(err)
			}
			got := names.Document(a)
			same := func(a, b route.ToTarget) bool {
				return a.To == b.To && a.Weight == b.Weight && a.Quality == b.Quality && a.Hours == b.Hours && len(a.After) == len(b.After)
			}
			if got.Strategy != "" && got.Strategy != route.Ordered || !slices.EqualFunc(got.Targets, want, same) {
				t.Errorf("%q, switched to %s: %q %+v, want in order %+v", s, to, got.Strategy, got.Targets, want)
			}
		}
	}
}
