package key

import (
	"context"
	"errors"
	"net/netip"
	"reflect"
	"slices"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Edit is what people change of a key; nil leaves a field as it is.
type Edit struct {
	Name      *string
	ExpiresAt *time.Time // zero = never
	Models    *[]string
	Networks  *[]string
	Endpoints *[]string
	Tags      *[]string
	// Seen is the UpdatedAt of what the edit was made on: another one by now refuses it. Zero does not ask, as where it names only
	// what it changes.
	Seen time.Time
}

// Edit changes a key. Who may change it may narrow it; what it may do afterwards that it could not before (more models,
// networks or endpoints, a longer life, other tags) is for those who may create such a key.
func (s *Service) Edit(ctx context.Context, actor org.Actor, k id.Key, e Edit) (Key, error) {
	if err := actor.Require(org.Developer); err != nil {
		return Key{}, err
	}
	var out Key
	err := s.change(ctx, actor, k, "key.updated", func(ctx context.Context, found Key, now time.Time) (facts, error) {
		if !e.Seen.IsZero() && !e.Seen.Equal(found.UpdatedAt) {
			return facts{}, Changed()
		}
		var err error
		if out, err = e.applied(found, now); err != nil {
			return facts{}, err
		}
		did := difference(found, out)
		if !did.different {
			return did, nil
		}
		if wider(found, out) {
			if err := s.mayCreate(ctx, actor, Input{Team: found.Team, Member: found.Member, Account: found.Account}); err != nil {
				return facts{}, mayOnlyNarrow(err)
			}
		}
		out.UpdatedAt = now
		return did, s.Store.Edit(ctx, out)
	})
	return out, err
}

// mayOnlyNarrow says to somebody who may change the key, but not create it, what is left to them.
func mayOnlyNarrow(err error) error {
	if !fault.Is(err, fault.Forbidden) {
		return err
	}
	return fault.New(fault.Forbidden, "forbidden", "You may narrow this key, but not give it more models, networks, endpoints or time, or other tags: only who may create such a key does that. Ask your team lead.")
}

// applied is the key after the edit, or every field that is wrong, joined.
func (e Edit) applied(k Key, now time.Time) (Key, error) {
	var errs [6]error
	if e.Name != nil {
		k.Name, errs[0] = org.Name("name", "a name for the key", *e.Name, maxName)
	}
	if e.ExpiresAt != nil && !e.ExpiresAt.Equal(k.ExpiresAt) {
		errs[1] = checkExpiry(*e.ExpiresAt, now)
		k.ExpiresAt = e.ExpiresAt.UTC()
	}
	if e.Models != nil {
		k.Models, errs[2] = models(*e.Models)
	}
	if e.Networks != nil {
		k.Networks, errs[3] = networks(*e.Networks)
	}
	if e.Endpoints != nil {
		k.Endpoints, errs[4] = endpoints(*e.Endpoints)
	}
	if e.Tags != nil {
		k.Tags, errs[5] = tags(*e.Tags)
	}
	return k, errors.Join(errs[:]...)
}

// wider reports whether b may do anything that a may not.
func wider(a, b Key) bool {
	later := !a.ExpiresAt.IsZero() && (b.ExpiresAt.IsZero() || b.ExpiresAt.After(a.ExpiresAt))
	return later || widerModels(a.Models, b.Models) || widerNetworks(a.Networks, b.Networks) || !b.Endpoints.Within(a.Endpoints) ||
		!slices.Equal(a.Tags, b.Tags) // budgets and limits of tags bind by them
}

func widerModels(a, b []string) bool {
	return len(a) > 0 && (len(b) == 0 || slices.ContainsFunc(b, func(m string) bool { return !slices.Contains(a, m) }))
}

func widerNetworks(a, b []netip.Prefix) bool {
	inside := func(n netip.Prefix) bool {
		return slices.ContainsFunc(a, func(outer netip.Prefix) bool { return outer.Bits() <= n.Bits() && outer.Contains(n.Addr()) })
	}
	return len(a) > 0 && (len(b) == 0 || slices.ContainsFunc(b, func(n netip.Prefix) bool { return !inside(n) }))
}

// difference are the fields that an edit changed.
func difference(a, b Key) facts {
	out := facts{before: map[string]any{}, after: map[string]any{}}
	before, after := editable(a), editable(b)
	for field, was := range before {
		if is := after[field]; !reflect.DeepEqual(was, is) {
			out.different, out.before[field], out.after[field] = true, was, is
		}
	}
	return out
}

// editable are the fields that people change, as the audit log shows them.
func editable(k Key) map[string]any {
	out := map[string]any{"name": k.Name, "models": append([]string{}, k.Models...), "networks": networkNames(k.Networks),
		"endpoints": k.Endpoints.Names(), "tags": append([]string{}, k.Tags...), "expires_at": ""}
	if !k.ExpiresAt.IsZero() {
		out["expires_at"] = k.ExpiresAt.UTC().Format(time.RFC3339)
	}
	return out
}

func networkNames(all []netip.Prefix) []string {
	out := make([]string, 0, len(all))
	for _, n := range all {
		out = append(out, n.String())
	}
	return out
}
