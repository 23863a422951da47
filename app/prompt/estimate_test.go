package prompt

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/money"
)

func TestAnEstimateIsARangeOverThoseWhoWouldAnswer(t *testing.T) {
	t.Parallel()
	at := func(in, out money.USD) func(input, output int64) (money.USD, error) {
		return func(input, output int64) (money.USD, error) { return in*money.USD(input) + out*money.USD(output), nil }
	}
	broken := func(int64, int64) (money.USD, error) { return 0, errors.New("no such class") }
	c := Content{Model: "smart", Messages: []Message{{"system", strings.Repeat("x", 480)}, {"user", "{{q}}{{tone}}"}}, Settings: Settings{MaxOutput: 100},
		Variables: []Variable{{Name: "q", Type: String, Required: true}, {Name: "tone", Type: String, Default: []byte(`"` + strings.Repeat("y", 18) + `"`)}}}
	o := id.NewOrg(ids)
	b := bookOf(t, record(o, "p", Chat, c))
	e := (*b.shelves.Load())[o]["p"]
	if err := e.versions[1].ready(&e.Record); err != nil {
		t.Fatal(err)
	}
	w := e.versions[1].weigh()
	if want := (Weight{Bytes: 500, Messages: 2, Output: 100, Open: []string{"q"}}); !reflect.DeepEqual(w, want) {
		t.Fatalf("%+v, want %+v", w, want)
	}
	got := Cost(w, []Offer{{"a/dear", at(10, 100)}, {"b/cheap", at(1, 2)}, {"c/unknown", nil}, {"d/broken", broken}})
	want := Estimate{InputLow: 100, InputHigh: 208, OutputHigh: 100, Open: []string{"q"}, Low: 100, High: 12080, Priced: []string{"a/dear", "b/cheap"}, Unpriced: []string{"c/unknown", "d/broken"}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
	if none := Cost(Weight{Bytes: 1}, nil); none.OutputHigh != 1000 || !none.Assumed || none.High != 0 || none.Priced != nil {
		t.Errorf("%+v", none)
	}
}
