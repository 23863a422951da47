package blueprint

import (
	"encoding/json"
	"slices"

	"github.com/bodhi-gateway/bodhi/app/cache"
)

// CachePolicy says which answers are kept, for whom and how long. What mode off leaves is nothing, so the rest says nothing then.
type CachePolicy struct {
	Of          string   `yaml:"of,omitempty" json:"-"`
	Name        string   `yaml:"name" json:"name"`
	Models      []string `yaml:"models,omitempty,flow" json:"models"`
	Purposes    []string `yaml:"purposes,omitempty,flow" json:"purposes"`
	Mode        string   `yaml:"mode,omitempty" json:"mode" as:"word" default:"exact" one:"exact off"`
	Sharing     string   `yaml:"sharing,omitempty" json:"sharing" as:"word" default:"user" one:"user team organization"`
	TTL         string   `yaml:"ttl,omitempty" json:"ttl" as:"duration" default:"1h"`
	Stale       string   `yaml:"stale,omitempty" json:"stale" as:"duration" default:"0s"`
	LastResort  string   `yaml:"last_resort,omitempty" json:"last_resort" as:"duration" default:"0s"`
	Temperature string   `yaml:"max_temperature,omitempty" json:"max_temperature" as:"number" default:"1"`
	Tools       bool     `yaml:"tools,omitempty" json:"tools"`
	MaxBytes    int64    `yaml:"max_bytes,omitempty" json:"max_bytes"`
	Pace        string   `yaml:"pace,omitempty" json:"pace" as:"word" default:"full" one:"full natural"`
	Like        string   `yaml:"like,omitempty" json:"like" as:"word" default:"off" one:"off shadow strict verified relaxed"`
	Threshold   string   `yaml:"threshold,omitempty" json:"threshold" as:"number" default:"0.9"`
	Embedder    string   `yaml:"embedder,omitempty" json:"embedder"`
	Judge       string   `yaml:"judge,omitempty" json:"judge"`
	Binding     bool     `yaml:"binding,omitempty" json:"binding"`
}

// UnmarshalJSON reads a row of the API's list, in which the temperature and the threshold are numbers.
func (c *CachePolicy) UnmarshalJSON(text []byte) error {
	type own CachePolicy // without this method
	var r struct {
		own
		Temperature json.Number `json:"max_temperature"`
		Threshold   json.Number `json:"threshold"`
	}
	if err := json.Unmarshal(text, &r); err != nil {
		return err
	}
	*c = CachePolicy(r.own)
	c.Temperature, c.Threshold = r.Temperature.String(), r.Threshold.String()
	return nil
}

func (c *CachePolicy) key() string   { return key(c.Of, c.Name) }
func (c *CachePolicy) place() string { return c.Of }
func (c *CachePolicy) words(orgName string) string {
	return "cache policy " + c.Name + " of " + label(c.Of, orgName)
}

func (c *CachePolicy) settle(string) {
	slices.Sort(c.Models)
	slices.Sort(c.Purposes)
	if c.MaxBytes == cache.DefaultBytes {
		c.MaxBytes = 0
	}
	if c.Like == "" {
		c.Threshold = ""
	}
	if c.Like == "" || c.Like == string(cache.Strict) { // strict compares words only
		c.Embedder = ""
	}
	if c.Like != string(cache.Verified) {
		c.Judge = ""
	}
	if c.Mode == string(cache.Off) {
		*c = CachePolicy{Of: c.Of, Name: c.Name, Models: c.Models, Purposes: c.Purposes, Mode: c.Mode, Binding: c.Binding}
	}
}
