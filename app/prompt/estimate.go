package prompt

import (
	"slices"

	"github.com/bodhi-gateway/bodhi/app/money"
)

// Weight is what a version's texts come to.
type Weight struct {
	Bytes    int64 // of texts, tools and schemas
	Messages int64
	Output   int64    // the longest answer in tokens; 0 = it says nothing
	Open     []string // variables whose text is not counted, because nobody has said it yet
}

// Offer is one who would answer a request, and what that charges. Bill is nil where no price is known.
type Offer struct {
	Target string // "connection/model"
	Bill   func(input, output int64) (money.USD, error)
}

// Estimate is what a request would cost before there was any. Ranges, not figures: nobody counts tokens but the model that reads them.
type Estimate struct {
	InputLow, InputHigh int64 // tokens
	OutputHigh          int64 // tokens
	Assumed             bool  // OutputHigh is not the version's own cap
	Open                []string
	Low, High           money.USD // from no answer by the cheapest offer, to the longest by the dearest
	Priced, Unpriced    []string  // targets
}

// A token is about four bytes of English prose or code; sparse code has five and scripts like Chinese less than three. A message costs
// a few tokens beside its text.
const (
	mostBytes    = 5
	leastBytes10 = 25 // tenths
	perMessage   = 4
	// usualOutput is the answer that is assumed where nothing caps it: some 700 words.
	usualOutput = 1000
)

// Cost estimates what a request of a weight costs those who would answer it.
func Cost(w Weight, offers []Offer) Estimate {
	e := Estimate{InputLow: w.Bytes / mostBytes, InputHigh: (10*w.Bytes+leastBytes10-1)/leastBytes10 + perMessage*w.Messages, OutputHigh: w.Output, Open: w.Open}
	if e.OutputHigh == 0 {
		e.OutputHigh, e.Assumed = usualOutput, true
	}
	for _, o := range offers {
		if o.Bill == nil {
			e.Unpriced = append(e.Unpriced, o.Target)
			continue
		}
		low, err := o.Bill(e.InputLow, 0)
		high, other := o.Bill(e.InputHigh, e.OutputHigh)
		if err != nil || other != nil {
			e.Unpriced = append(e.Unpriced, o.Target)
			continue
		}
		if len(e.Priced) == 0 || low < e.Low {
			e.Low = low
		}
		e.High = max(e.High, high)
		e.Priced = append(e.Priced, o.Target)
	}
	return e
}

// beside are the bytes of a content that are in no message.
func (c *Content) beside() (n int64) {
	for _, t := range c.Tools {
		n += int64(len(t.Name) + len(t.About) + len(t.Parameters))
	}
	if c.Schema != nil {
		n += int64(len(c.Schema.Schema))
	}
	return n
}

// WeightOf is what a content weighs with the messages that values made of it.
func WeightOf(c Content, all []Message) Weight {
	w := Weight{Bytes: c.beside(), Messages: int64(len(all)), Output: c.Settings.MaxOutput}
	for _, m := range all {
		w.Bytes += int64(len(m.Text))
	}
	return w
}

// weigh is what a version that is ready weighs without values: with its defaults.
func (v *compiled) weigh() Weight {
	w := Weight{Bytes: v.of.beside(), Messages: int64(len(v.parts)), Output: v.of.Settings.MaxOutput}
	for _, parts := range v.parts {
		for _, p := range parts {
			w.Bytes += int64(len(p.text))
			i := slices.IndexFunc(v.vars, func(x Variable) bool { return x.Name == p.variable })
			switch {
			case i < 0:
			case v.vars[i].Default != nil:
				w.Bytes += int64(len(v.vars[i].Default))
			case !slices.Contains(w.Open, p.variable):
				w.Open = append(w.Open, p.variable)
			}
		}
	}
	return w
}
