package cache

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Input is what a form or an API call says about a policy.
type Input struct {
	Scope            org.Scope // where it sits; fixed once it is created
	Name             string
	Models, Purposes []string
	Settings
	Binding bool
	// Seen is the UpdatedAt of what an update was made on: another one by now refuses it. Zero does not ask.
	Seen time.Time
}

// checked is the input in its stored form, or everything that is wrong with it, joined.
func (in Input) checked() (Input, error) {
	var errs [10]error
	in.Name, errs[0] = org.Name("name", "a policy's name", strings.TrimSpace(in.Name), maxName)
	in.Models, errs[1] = names("models", "model", in.Models)
	in.Purposes, errs[2] = names("purposes", "purpose", in.Purposes)
	if in.Mode == Off {
		in.Settings = Settings{Mode: Off}
		return in, errors.Join(errs[:]...)
	}
	if in.Mode != Exact {
		errs[3] = fault.Field("mode", `A policy is "exact" or "off".`)
	}
	if !in.Sharing.Valid() {
		errs[4] = fault.Field("sharing", `Answers are shared by "user", "team" or "organization".`)
	}
	if in.TTL < MinTTL || in.TTL > MaxTTL {
		errs[5] = fault.Field("ttl", "Answers are kept for 10 seconds to 30 days (720h).")
	} else if in.Stale < 0 || in.TTL+in.Stale > MaxTTL {
		errs[5] = fault.Field("stale", "An answer may be given for 30 days (720h) in all, its own time included.")
	}
	if in.LastResort = in.LastResort.Truncate(time.Second); in.LastResort != 0 && (in.LastResort <= in.TTL+in.Stale || in.LastResort > MaxTTL) {
		errs[8] = fault.Field("last_resort", "What is kept for outages is kept longer than it is given otherwise, and for 30 days (720h) at most; leave it out for no longer.")
	}
	in.Like, errs[9] = in.Like.checked()
	if in.TTL, in.Stale = in.TTL.Truncate(time.Second), in.Stale.Truncate(time.Second); in.Warmest < 0 || in.Warmest > MaxWarmest {
		errs[6] = fault.Field("warmest", "The highest temperature is 0 to 2. Requests that say none count as 1.")
	}
	if in.MaxBytes == 0 {
		in.MaxBytes = DefaultBytes
	}
	if in.Pace == "" {
		in.Pace = Full
	}
	if in.MaxBytes < LeastBytes || in.MaxBytes > MostBytes {
		errs[7] = fault.Field("max_bytes", fmt.Sprintf("The largest answer that is kept is %d bytes to %d.", LeastBytes, MostBytes))
	} else if in.Pace != Full && in.Pace != Natural {
		errs[7] = fault.Field("pace", `Streams are given again at "full" or "natural" speed.`)
	}
	return in, errors.Join(errs[:]...)
}

// names are the names of a list, each once, in order.
func names(field, what string, list []string) ([]string, error) {
	out := []string{}
	for _, v := range list {
		if v = strings.TrimSpace(v); v == "" || slices.Contains(out, v) {
			continue
		}
		if _, err := org.Name(field, "a "+what, v, 200); err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	if len(out) > maxNames {
		return nil, fault.Field(field, fmt.Sprintf("A policy names at most %d. Without any it is for all.", maxNames))
	}
	slices.Sort(out)
	return out, nil
}
