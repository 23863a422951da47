package keyweb

import (
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// keyChange changes what it names and leaves the rest. Empty lists allow everything.
type keyChange struct {
	Name      *string   `json:"name"`
	Models    *[]string `json:"models"`
	Networks  *[]string `json:"networks"`
	Endpoints *[]string `json:"endpoints"`
	Tags      *[]string `json:"tags"`
	ExpiresAt *string   `json:"expires_at"` // RFC 3339; "" or null = it does not expire
}

// UnmarshalJSON tells an end that is null, as the API itself writes one of never, from one that is not named.
func (k *keyChange) UnmarshalJSON(b []byte) error {
	type plain keyChange
	var named struct {
		ExpiresAt json.RawMessage `json:"expires_at"`
	}
	if err := errors.Join(json.Unmarshal(b, (*plain)(k)), json.Unmarshal(b, &named)); err != nil {
		return err
	}
	if string(named.ExpiresAt) == "null" {
		k.ExpiresAt = new(string)
	}
	return nil
}

// rotateInput says how long the old secret goes on working.
type rotateInput struct {
	OverlapHours *int `json:"overlap_hours"` // 0 to 168; 24 if it is left out
}

// revokeInput names keys that lie unused, 200 at most.
type revokeInput struct {
	Keys []string `json:"keys"`
}

func (h *Handlers) apiUpdate(c *web.Context) error {
	which, err := keyID(c)
	if err != nil {
		return err
	}
	in, err := web.Decode[keyChange](c)
	if err != nil {
		return err
	}
	change := key.Edit{Name: in.Name, Models: in.Models, Networks: in.Networks, Endpoints: in.Endpoints, Tags: in.Tags}
	if in.ExpiresAt != nil {
		var at time.Time
		if *in.ExpiresAt != "" {
			if at, err = time.Parse(time.RFC3339, *in.ExpiresAt); err != nil {
				return fault.Field("expires_at", "Write a time like 2027-01-31T00:00:00Z, or \"\" for a key that does not expire.")
			}
		}
		change.ExpiresAt = &at
	}
	k, err := h.keys.Edit(c.Ctx(), c.Actor(), which, change)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, keyOut(c, k))
}

func (h *Handlers) apiRotate(c *web.Context) error {
	which, err := keyID(c)
	if err != nil {
		return err
	}
	in, err := web.Decode[rotateInput](c)
	if err != nil {
		return err
	}
	old := key.DefaultOverlap
	if in.OverlapHours != nil {
		old = overlap(*in.OverlapHours)
	}
	made, err := h.keys.Rotate(c.Ctx(), c.Actor(), which, key.Rotation{Overlap: old})
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, createdJSON{keyOut(c, made.Key), made.Secret.Reveal()})
}

func (h *Handlers) apiRevoke(c *web.Context) error {
	in, err := web.Decode[revokeInput](c)
	if err != nil {
		return err
	}
	keys, err := keyIDs(in.Keys)
	if err != nil {
		return err
	}
	if err := h.keys.RevokeUnused(c.Ctx(), c.Actor(), keys); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}
