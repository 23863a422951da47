package key

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Input is what a new key is made from.
type Input struct {
	Name string
	Team id.Team
	// Member is whom the key acts as; zero makes a service account's key, which Account must then name.
	Member    id.Member
	Account   string
	ExpiresAt time.Time // zero = never
	// Models narrows what may be asked for, by alias or name; empty = all. Networks narrows where from: addresses or
	// CIDR ranges; empty = anywhere.
	Models   []string
	Networks []string
	// Endpoints narrows what for: names of classes; empty = all.
	Endpoints []string
	// Tags are put on every request, "project=apollo", and win over those that a request brings: costs go where they belong.
	Tags []string
	// Own is what the key may spend and do by itself, on top of what binds its member and team.
	Own Allowance
}

// Bounds of one key, which keep the compiled index small.
const (
	maxName     = 80
	maxModels   = 50
	maxModel    = 200
	maxNetworks = 20
	maxTags     = 8 // of the 16 that fit on a request
)

// check cleans the input and reports every field that is wrong, joined.
func (in *Input) check(now time.Time) (n []netip.Prefix, e Endpoints, err error) {
	var errs [9]error
	in.Name, errs[0] = org.Name("name", "a name for the key", in.Name, maxName)
	if in.Team.IsZero() {
		errs[1] = fault.Field("team", "Choose the team that pays for this key.")
	}
	switch {
	case in.Member.IsZero():
		in.Account, errs[2] = org.Name("account", "the service account's name", in.Account, maxName)
	case in.Account != "":
		errs[2] = fault.Field("account", "A key acts as a member or as a service account, not both.")
	}
	errs[3] = checkExpiry(in.ExpiresAt, now)
	in.Models, errs[4] = models(in.Models)
	n, errs[5] = networks(in.Networks)
	e, errs[6] = endpoints(in.Endpoints)
	in.Tags, errs[7] = tags(in.Tags)
	errs[8] = in.Own.check()
	return n, e, errors.Join(errs[:]...)
}

func checkExpiry(at, now time.Time) error {
	if !at.IsZero() && (!at.After(now) || !clock.Storable(at)) {
		return fault.Field("expires_at", "Choose a time in the future and before the year 9999, or leave it empty for a key that does not expire.")
	}
	return nil
}

func models(in []string) ([]string, error) {
	out := make([]string, 0, len(in))
	for _, m := range in {
		m = strings.TrimSpace(m)
		if m == "" {
			continue
		}
		if _, err := org.Name("models", "a model's name", m, maxModel); err != nil {
			return nil, err
		}
		out = append(out, m)
	}
	if len(out) > maxModels {
		return nil, fault.Field("models", fmt.Sprintf("A key can name at most %d models. Leave it empty to allow all.", maxModels))
	}
	return out, nil
}

// tags reads pairs like project=apollo, sorted, one value for each name.
func tags(in []string) ([]string, error) {
	out := []string{}
	for _, t := range in {
		if t = strings.TrimSpace(t); t == "" {
			continue
		}
		name, value, ok := strings.Cut(t, "=")
		if !ok || name == "" || value == "" || len(t) > 100 || strings.ContainsAny(t, ",\n\r") {
			return nil, fault.Field("tags", fmt.Sprintf("%.60q is not a tag. Write a name and a value, project=apollo, up to 100 characters and without commas.", t))
		}
		if slices.ContainsFunc(out, func(o string) bool { return strings.HasPrefix(o, name+"=") }) {
			return nil, fault.Field("tags", fmt.Sprintf("The tag %.60q comes twice. Each name has one value.", name))
		}
		out = append(out, t)
	}
	if len(out) > maxTags {
		return nil, fault.Field("tags", fmt.Sprintf("A key carries at most %d tags.", maxTags))
	}
	slices.Sort(out)
	return out, nil
}

func networks(in []string) ([]netip.Prefix, error) {
	out := make([]netip.Prefix, 0, len(in))
	for _, s := range in {
		s = strings.TrimSpace(s)
		if s == "" {
			continue
		}
		p, err := netip.ParsePrefix(s)
		if a, aerr := netip.ParseAddr(s); aerr == nil && a.Zone() == "" {
			a = a.Unmap()
			p, err = netip.PrefixFrom(a, a.BitLen()), nil
		}
		if err != nil || len(s) > 60 {
			return nil, fault.Field("networks", fmt.Sprintf("%.60q is not an address or range. Write 203.0.113.7 or 203.0.113.0/24.", s))
		}
		out = append(out, p.Masked())
	}
	if len(out) > maxNetworks {
		return nil, fault.Field("networks", fmt.Sprintf("A key can name at most %d networks.", maxNetworks))
	}
	return out, nil
}
