package priceweb

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/catalog"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/price"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/price"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// labels are the classes in people's words.
var labels = map[catalog.Class]string{
	catalog.Input: "Input", catalog.CacheRead: "Cached input", catalog.CacheWrite: "Written to the cache",
	catalog.CacheWrite5m: "Written to the cache, 5 minutes", catalog.CacheWrite1h: "Written to the cache, 1 hour",
	catalog.InputAudio: "Sound in", catalog.CacheReadAudio: "Cached sound", catalog.InputImage: "Pictures in", catalog.CacheReadImage: "Cached pictures",
	catalog.InputVideo: "Film in", catalog.Output: "Output", catalog.OutputReasoning: "Reasoning", catalog.OutputAudio: "Sound out",
	catalog.OutputImage: "Pictures out", catalog.OutputVideo: "Film out", catalog.OutputCitation: "Citations",
	catalog.PerRequest: "Each request", catalog.PerSearch: "Each web search",
	catalog.PerImage: "Each picture made", catalog.PerAudioSecond: "Each second of sound read", catalog.PerCharacter: "Characters spoken",
}

const field = "price_" // before a class's name in forms

// typed is what the form said, word for word.
func typed(c *web.Context) (views.Fields, map[string]string) {
	prices := map[string]string{}
	for _, class := range catalog.Classes() {
		if v := strings.TrimSpace(c.FormValue(field + string(class))); v != "" {
			prices[string(class)] = v
		}
	}
	return views.Fields{Target: c.FormValue("target"), Model: c.FormValue("model"), From: c.FormValue("from"), Until: c.FormValue("until"),
		Note: c.FormValue("note"), Version: c.FormValue("version")}, prices
}

// input reads what was typed; everything that is wrong with it at once.
func input(c *web.Context, f views.Fields, prices map[string]string) (price.Input, error) {
	in := price.Input{Model: f.Model, Note: f.Note, Seen: c.Seen()}
	var err, fromErr, untilErr, targetErr error
	in.Prices, err = parsePrices(prices)
	in.From, fromErr = moment(c, "from", f.From)
	in.Until, untilErr = moment(c, "until", f.Until)
	if which, is := strings.CutPrefix(f.Target, "connection:"); is {
		if in.Connection, targetErr = id.ParseConnection(which); targetErr != nil {
			targetErr = provider404()
		}
	} else {
		in.Provider = strings.TrimPrefix(f.Target, "provider:")
	}
	return in, errors.Join(err, fromErr, untilErr, targetErr)
}

// parsePrices reads prices as people state them. Unknown classes are left to the service, which names those there are.
func parsePrices(texts map[string]string) (map[catalog.Class]money.Price, error) {
	out := make(map[catalog.Class]money.Price, len(texts))
	var errs []error
	for name, text := range texts {
		class := catalog.Class(name)
		p, err := class.Price(strings.TrimPrefix(strings.TrimSpace(text), "$"))
		if err != nil {
			errs = append(errs, fault.Field(name, "Enter USD as a plain number such as 2.50, with at most six decimals."))
			continue
		}
		out[class] = p
	}
	return out, errors.Join(errs...)
}

const formTime = "2006-01-02T15:04"

func moment(c *web.Context, name, text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	at, err := time.ParseInLocation(formTime, text, c.Zone())
	if err != nil {
		return at, fault.Field(name, "Enter a date and a time, such as 2026-10-01T00:00.")
	}
	return at, nil
}

// local is a moment as the form's inputs take it.
func local(c *web.Context, at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.In(c.Zone()).Format(formTime)
}

// targets are what a price can be for.
func (h *Handlers) targets(c *web.Context) ([]ui.Option, error) {
	out := []ui.Option{{Label: "Every provider"}}
	for _, o := range provider.Offerings() {
		out = append(out, ui.Option{Value: "provider:" + string(o.Kind), Label: o.Title, Group: "Providers by kind"})
	}
	for _, s := range h.prices.Shelf.Catalog().Suppliers() {
		if _, kind := provider.OfferingOf(provider.Kind(s[0])); !kind {
			out = append(out, ui.Option{Value: "provider:" + s[0], Label: s[1], Group: "Providers by address"})
		}
	}
	all, err := h.connections.List(c.Ctx(), c.Actor())
	for _, r := range all {
		out = append(out, ui.Option{Value: "connection:" + r.ID.String(), Label: r.Name, Group: "One connection"})
	}
	return out, err
}

// common are the classes that most models have a price for, as forms show them.
var common = []catalog.Class{catalog.Input, catalog.Output, catalog.CacheRead, catalog.CacheWrite, catalog.CacheWrite1h, catalog.PerSearch}

// classes are the inputs of all prices, with what was typed.
func classes(prices map[string]string, wrong web.Refusal) []views.Class {
	var out []views.Class
	for _, class := range append(slices.Clone(common), catalog.Classes()...) {
		rare := len(out) >= len(common)
		if rare && slices.Contains(common, class) {
			continue
		}
		name := string(class)
		out = append(out, views.Class{Name: field + name, Label: labels[class], Value: prices[name], Error: wrong.Fields[name],
			PerMillion: class.PerMillion(), Required: class == catalog.Input, Rare: rare})
	}
	return out
}

func spelled(o price.Override) map[string]string {
	out := map[string]string{}
	for class, p := range o.Prices {
		out[string(class)] = class.USD(p).String()
	}
	return out
}

func sorted(wrong web.Refusal) views.Errors {
	e := views.Errors{Form: wrong.Form, Target: wrong.Fields["provider"], Model: wrong.Fields["model"], From: wrong.Fields["from"],
		Until: wrong.Fields["until"], Note: wrong.Fields["note"]}
	if e.Form == "" {
		e.Form = wrong.Fields["class"]
	}
	return e
}

func question(o price.Override) ui.ConfirmProps {
	return ui.ConfirmProps{Label: "End", Icon: "ban", Small: true, Title: fmt.Sprintf("End the price of “%s” now?", o.Model),
		Text: "From the next request on the list counts again. What was billed stays as it is.", Action: root + "/" + o.ID.String() + "/end",
		Button: "End price", Kind: ui.Destructive}
}
