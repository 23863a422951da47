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
	"time"
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
