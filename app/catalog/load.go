package catalog

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/bodhi-gateway/bodhi/app/money"
)

//go:embed prices.json
var builtIn []byte

// BuiltIn loads the catalogue that ships with the program. It takes some milliseconds; keep the result.
func BuiltIn() *Catalog {
	c, err := Load(builtIn)
	if err != nil { // a test loads it, so this cannot happen in a build that was tested
		panic("catalog: the built-in prices are broken: " + err.Error())
	}
	return c
}

// The data's shape. Fields that are not here (descriptions, sources, extractors) are read over.
type (
	fileData struct {
		Source    string         `json:"source"`
		Providers []providerData `json:"providers"`
	}
	providerData struct {
		ID         string          `json:"id"`
		Name       string          `json:"name"`
		APIPattern string          `json:"api_pattern"`
		ModelMatch json.RawMessage `json:"model_match"`
		NameMatch  json.RawMessage `json:"provider_match"`
		Fallbacks  []string        `json:"fallback_model_providers"`
		Models     []modelData     `json:"models"`
	}
	modelData struct {
		ID            string          `json:"id"`
		Name          string          `json:"name"`
		Match         json.RawMessage `json:"match"`
		ContextWindow int64           `json:"context_window"`
		Deprecated    bool            `json:"deprecated"`
		Prices        json.RawMessage `json:"prices"`
	}
	conditionalData struct {
		Constraint *struct {
			StartDate string `json:"start_date"`
			StartTime string `json:"start_time"`
			EndTime   string `json:"end_time"`
		} `json:"constraint"`
		Prices map[string]json.RawMessage `json:"prices"`
	}
	tieredData struct {
		Base  json.Number `json:"base"`
		Tiers []struct {
			Start int64       `json:"start"`
			Price json.Number `json:"price"`
		} `json:"tiers"`
	}
)

// Load reads and checks a catalogue in genai-prices' format, bare or with its source beside it, as a whole: one broken entry refuses the file, because a
// refresh that lost half its prices must never replace a good one.
func Load(data []byte) (*Catalog, error) {
	var f fileData
	into := any(&f)
	if bytes.HasPrefix(bytes.TrimSpace(data), []byte{'['}) { // as the source publishes it: providers alone
		into = &f.Providers
	}
	if err := json.Unmarshal(data, into); err != nil {
		return nil, fmt.Errorf("catalog: %w", err)
	}
	if len(f.Providers) == 0 {
		return nil, errors.New("catalog: there are no providers in it")
	}
	c := &Catalog{version: version(f.Source, data), cache: make(map[question]*Model)}
	for i := range f.Providers {
		p, err := c.provider(&f.Providers[i])
		if err != nil {
			return nil, fmt.Errorf("catalog: provider %q: %w", f.Providers[i].ID, err)
		}
		if c.byID(p.id) != nil {
			return nil, fmt.Errorf("catalog: provider %q is there twice", p.id)
		}
		c.providers = append(c.providers, p)
	}
	c.own()
	return c, nil
}

var day = regexp.MustCompile(`\d{4}-\d{2}-\d{2}`)

// version names a snapshot: the date that its source states, and the start of its hash.
func version(source string, data []byte) string {
	sum := sha256.Sum256(data)
	v := hex.EncodeToString(sum[:4])
	if d := day.FindString(source); d != "" {
		v = d + "." + v
	}
	return v
}

func (c *Catalog) provider(d *providerData) (*supplier, error) {
	if d.ID == "" || d.ID == sandbox || d.ID == ollama || len(d.Models) == 0 {
		return nil, errors.New("it has no id, one of ours, or no models")
	}
	p := &supplier{id: d.ID, name: d.Name, fallbacks: d.Fallbacks, models: make([]*Model, len(d.Models))}
	var err error
	if p.match, err = optional(d.ModelMatch); err != nil {
		return nil, err
	}
	if p.named, err = optional(d.NameMatch); err != nil {
		return nil, err
	}
	if d.APIPattern != "" {
		if p.address, err = regexp.Compile(`\A(?:` + d.APIPattern + `)`); err != nil {
			return nil, fmt.Errorf("api_pattern: %w", err)
		}
	}
	for i := range d.Models {
		if p.models[i], err = c.model(d.ID, &d.Models[i]); err != nil {
			return nil, fmt.Errorf("model %q: %w", d.Models[i].ID, err)
		}
	}
	return p, nil
}

func (c *Catalog) model(provider string, d *modelData) (*Model, error) {
	if d.ID == "" || d.ContextWindow < 0 || d.ContextWindow > unknownWindow*8 {
		return nil, errors.New("it has no id, or a context window that cannot be")
	}
	m := &Model{ID: d.ID, Provider: provider, Name: d.Name, ContextWindow: d.ContextWindow, Deprecated: d.Deprecated, MaxOutput: smallOutput(provider, d.ID)}
	if m.Name == "" {
		m.Name = d.ID
	}
	var err error
	if m.match, err = optional(d.Match); err != nil {
		return nil, err
	}
	if raw := bytes.TrimSpace(d.Prices); len(raw) > 0 && raw[0] == '[' {
		var list []conditionalData
		if err := json.Unmarshal(raw, &list); err != nil {
			return nil, err
		}
		for i := range list {
			if err := c.dated(m, &list[i]); err != nil {
				return nil, err
			}
		}
		return m, nil
	}
	one := conditionalData{}
	if err := json.Unmarshal(d.Prices, &one.Prices); err != nil {
		return nil, fmt.Errorf("prices: %w", err)
	}
	return m, c.dated(m, &one)
}

// dated adds one set of prices to a model.
func (c *Catalog) dated(m *Model, d *conditionalData) error {
	set := dated{from: always}
	when := ""
	if k := d.Constraint; k != nil {
		switch {
		case k.StartDate != "" && k.StartTime == "" && k.EndTime == "":
			from, err := time.Parse(time.DateOnly, k.StartDate)
			if err != nil {
				return err
			}
			set.from, when = from.Unix(), "@"+k.StartDate
		case k.StartDate == "" && k.StartTime != "" && k.EndTime != "":
			var err, err2 error
			set.start, err = clockTime(k.StartTime)
			set.end, err2 = clockTime(k.EndTime)
			if err := errors.Join(err, err2); err != nil {
				return err
			}
			if set.end == 0 {
				set.end = 24 * 3600
			}
			if set.start == set.end {
				return errors.New("a span of the day ends where it starts")
			}
			when = "@" + k.StartTime
		default:
			return errors.New("a constraint needs a start_date, or a start_time and an end_time")
		}
	}
	rates, err := ratesOf(d.Prices)
	if err != nil {
		return err
	}
	if rates != nil || m.free() {
		set.offer = &offer{model: m, version: c.version + "/" + m.Provider + "/" + m.ID + when, rates: rates}
	}
	if rates == nil && set.offer != nil {
		set.offer.rates = []rate{{unit: unitOf("input_mtok")}, {unit: unitOf("output_mtok")}}
	}
	m.prices = append(m.prices, set)
	return nil
}

// clockTime reads "16:30:00Z" as seconds of the UTC day.
func clockTime(s string) (int32, error) {
	t, err := time.Parse("15:04:05Z07:00", s)
	if err != nil {
		return 0, err
	}
	t = t.UTC()
	return int32(t.Hour()*3600 + t.Minute()*60 + t.Second()), nil
}

// ratesOf compiles a set of prices. No rates and no error mean that the price is unknown: the set is empty (the data has
// such entries for models that are free, and for some that are not), or holds a class that we cannot count.
func ratesOf(prices map[string]json.RawMessage) ([]rate, error) {
	var rates []rate
	unknown := len(prices) == 0
	for key, raw := range prices {
		if string(raw) == "null" {
			continue
		}
		u := unitOf(key)
		if u == nil {
			unknown = true
			continue
		}
		r := rate{unit: u}
		var err error
		if bytes.HasPrefix(bytes.TrimSpace(raw), []byte{'{'}) {
			err = r.tiered(raw)
		} else {
			r.base, err = exact(json.Number(raw), u.per)
		}
		if err != nil {
			return nil, fmt.Errorf("price %s: %w", key, err)
		}
		rates = append(rates, r)
	}
	if unknown {
		return nil, nil
	}
	slices.SortFunc(rates, func(a, b rate) int {
		return slices.IndexFunc(units[:], a.unit.same) - slices.IndexFunc(units[:], b.unit.same)
	})
	arrange(rates)
	return rates, nil
}

func (u *unit) same(o unit) bool { return u.class == o.class }

func (r *rate) tiered(raw json.RawMessage) error {
	var d tieredData
	err := json.Unmarshal(raw, &d)
	if err != nil {
		return err
	}
	if r.base, err = exact(d.Base, r.unit.per); err != nil {
		return err
	}
	for _, t := range d.Tiers {
		p, err := exact(t.Price, r.unit.per)
		if err != nil {
			return err
		}
		if t.Start <= 0 {
			return errors.New("a tier must start above 0")
		}
		r.tiers = append(r.tiers, tier{t.Start, p})
	}
	slices.SortStableFunc(r.tiers, func(a, b tier) int { return int(a.start - b.start) })
	return nil
}

// maxPrice is far above anything real: a million dollars per million tokens.
const maxPrice money.Price = 1_000_000_000_000

// exact turns dollars per million (or thousand) into whole pico-dollars per one. The few prices with more digits, which
// are thirds that someone divided (0.08333333333333334), are rounded up to the next pico-dollar: at most a millionth of
// a dollar per million tokens, and never against the books.
func exact(n json.Number, places int32) (money.Price, error) {
	d, err := decimal.NewFromString(n.String())
	if err != nil {
		return 0, errors.New("not a number")
	}
	d = d.Shift(places).Ceil()
	if d.IsNegative() || d.GreaterThan(decimal.NewFromInt(int64(maxPrice))) {
		return 0, errors.New("out of range")
	}
	return money.Price(d.IntPart()), nil
}
