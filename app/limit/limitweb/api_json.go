package limitweb

import (
	"bytes"
	"encoding/json"
	"errors"
	"time"

	"github.com/bodhi-gateway/bodhi/app/limit"
	"github.com/bodhi-gateway/bodhi/app/llm"
)

// limitJSON is a rate limit in the management API, with where it stands. Amounts are counts, or decimals of USD where
// unit is "cost"; durations are such as "1m0s".
type limitJSON struct {
	ID         string         `json:"id"`
	Scope      string         `json:"scope"` // id of the organization, department, team, member or key
	ScopeKind  string         `json:"scope_kind"`
	ScopeLabel string         `json:"scope_label"`
	Tag        string         `json:"tag"`
	Model      string         `json:"model"`
	Endpoint   string         `json:"endpoint"`
	Name       string         `json:"name"`
	Unit       string         `json:"unit"`
	Amount     string         `json:"amount"`
	Window     string         `json:"window"`
	Soft       bool           `json:"soft"`
	Burst      *burstJSON     `json:"burst"`     // null without one
	InForce    string         `json:"in_force"`  // amount with increases and burst
	Used       string         `json:"used"`      // what counts now
	ResetsIn   string         `json:"resets_in"` // until nothing counts any more
	Increases  []increaseJSON `json:"increases"` // in force
	CreatedAt  time.Time      `json:"created_at"`
	UpdatedAt  time.Time      `json:"updated_at"`
}

// burstJSON is a rise of the limit, at most once a day.
type burstJSON struct {
	Factor   string `json:"factor"` // "1.5"
	Duration string `json:"duration"`
	Cooldown string `json:"cooldown"`
}

// increaseJSON is a temporary increase.
type increaseJSON struct {
	ID        string    `json:"id"`
	Add       string    `json:"add"`    // in the limit's unit; "0" for none
	Factor    string    `json:"factor"` // "" for none
	Until     time.Time `json:"until"`
	Reason    string    `json:"reason"`
	CreatedBy string    `json:"created_by"`
	CreatedAt time.Time `json:"created_at"`
}

type limitList struct {
	Data []limitJSON `json:"data"`
}

// limitInput sets a limit. Without a scope it is the organization's.
type limitInput struct {
	Scope    string     `json:"scope"`
	Tag      string     `json:"tag"`
	Model    string     `json:"model"`
	Endpoint string     `json:"endpoint"`
	Name     string     `json:"name"`
	Unit     string     `json:"unit"`
	Amount   string     `json:"amount"`
	Window   string     `json:"window"`
	Soft     bool       `json:"soft"`
	Burst    *burstJSON `json:"burst"`
}

// limitChange changes what it names and leaves the rest. A burst of factor "1" is none.
type limitChange struct {
	Model    *string    `json:"model"`
	Endpoint *string    `json:"endpoint"`
	Name     *string    `json:"name"`
	Amount   *string    `json:"amount"`
	Window   *string    `json:"window"`
	Soft     *bool      `json:"soft"`
	Burst    *burstJSON `json:"burst"` // null = without one
}

// UnmarshalJSON tells a burst that is null, as the API itself writes none, from one that is not named.
func (x *limitChange) UnmarshalJSON(b []byte) error {
	type plain limitChange
	var named struct {
		Burst json.RawMessage `json:"burst"`
	}
	strict := json.NewDecoder(bytes.NewReader(b))
	strict.DisallowUnknownFields() // as everywhere; what is decoded around this does not look inside
	if err := errors.Join(strict.Decode((*plain)(x)), json.Unmarshal(b, &named)); err != nil {
		return err
	}
	if string(named.Burst) == "null" {
		x.Burst = &burstJSON{}
	}
	return nil
}

// increaseInput raises a limit until a moment: by an amount of its unit, to a factor of it, or both.
type increaseInput struct {
	Add    string    `json:"add"`
	Factor string    `json:"factor"`
	Until  time.Time `json:"until"`
	Reason string    `json:"reason"`
}

func limitOut(e limit.Entry) limitJSON {
	s := e.Standing
	out := limitJSON{ID: e.ID.String(), Scope: e.Scope.String(), ScopeKind: string(e.Scope.Kind()), ScopeLabel: e.Label, Tag: e.Tag, Model: e.Model,
		Endpoint: string(e.Endpoint), Name: e.Name, Unit: string(e.Unit), Amount: typed(e.Unit, e.Amount), Window: e.Window.String(), Soft: e.Soft,
		InForce: typed(e.Unit, s.Amount), Used: typed(e.Unit, s.Used), ResetsIn: s.Reset.Truncate(time.Millisecond).String(), Increases: []increaseJSON{},
		CreatedAt: e.CreatedAt, UpdatedAt: e.UpdatedAt}
	if e.Burst.Any() {
		out.Burst = &burstJSON{factor(e.Burst.Percent), e.Burst.Duration.String(), e.Burst.Cool.String()}
	}
	for _, x := range e.Increases {
		out.Increases = append(out.Increases, increaseJSON{ID: x.ID.String(), Add: typed(e.Unit, x.Add), Factor: factor(x.Percent), Until: x.Until,
			Reason: x.Reason, CreatedBy: x.CreatedBy, CreatedAt: x.CreatedAt})
	}
	return out
}

func (b *burstJSON) read() (limit.Burst, error) {
	if b == nil {
		return limit.Burst{}, nil
	}
	return burst(b.Factor, b.Duration, b.Cooldown)
}

// over is a limit with the changes made.
func (x limitChange) over(l limit.Limit) (in limit.Input, err error) {
	in = limit.Input{Model: l.Model, Endpoint: l.Endpoint, Name: l.Name, Unit: l.Unit, Amount: l.Amount, Window: l.Window, Soft: l.Soft, Burst: l.Burst, Seen: l.UpdatedAt}
	set(&in.Model, x.Model)
	set(&in.Name, x.Name)
	set(&in.Soft, x.Soft)
	if x.Endpoint != nil {
		in.Endpoint = llm.Operation(*x.Endpoint)
	}
	if x.Amount != nil {
		if in.Amount, err = amount("amount", l.Unit, *x.Amount); err != nil {
			return in, err
		}
	}
	if x.Window != nil {
		if in.Window, err = duration("window", *x.Window); err != nil {
			return in, err
		}
	}
	if x.Burst != nil {
		in.Burst, err = x.Burst.read()
	}
	return in, err
}

func set[T any](to *T, from *T) {
	if from != nil {
		*to = *from
	}
}
