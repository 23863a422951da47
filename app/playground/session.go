package playground

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// sessionName is what a playground's key is called in lists and reports. Who it is stands beside it there.
const sessionName = "Playground"

// page is how many of a person's keys are looked through at a time.
const page = 100

// Session is the key on whose account a person's playground asks for a team; false before it is opened. One that has expired is
// none: like any key, a new one takes its place.
func (s *Service) Session(ctx context.Context, actor org.Actor, team id.Team) (key.Key, bool, error) {
	if err := actor.Require(org.Developer); err != nil {
		return key.Key{}, false, err
	}
	q := key.Query{Of: org.OfMember(actor.Org, actor.Member), Limit: page}
	for {
		found, err := s.Keys.Find(ctx, actor, q)
		if err != nil {
			return key.Key{}, false, fmt.Errorf("playground: find the session: %w", err)
		}
		for _, k := range found.Keys {
			if k.Agent == key.Playground && k.Member == actor.Member && k.Team == team && k.Status(s.Clock.Now()) != "expired" {
				return k, true, nil
			}
		}
		if q.After = found.Next; q.After.IsZero() {
			return key.Key{}, false, nil
		}
	}
}

// Open makes the session of a person for a team of theirs, if there is none.
func (s *Service) Open(ctx context.Context, actor org.Actor, team id.Team) error {
	if err := actor.Require(org.Developer); err != nil {
		return err
	}
	if actor.Member.IsZero() {
		return fault.New(fault.Forbidden, "forbidden", "The playground is for people. Programs ask the gateway with a virtual key.")
	}
	if !actor.InTeam(team, org.Developer) {
		return fault.Field("team", "Choose a team that you work in: it pays for what you ask.")
	}
	_, there, err := s.Session(ctx, actor, team)
	if err != nil || there {
		return err
	}
	k, err := s.Keys.Enter(ctx, actor, key.Input{Name: sessionName, Team: team, Member: actor.Member}, key.Playground)
	if err != nil {
		return err
	}
	s.Desk.Await(ctx, k.Public)
	return nil
}

// Grant is grant for the rooms that ask on the same account.
func (s *Service) Grant(ctx context.Context, actor org.Actor, team id.Team) (*key.Grant, error) {
	if err := actor.Require(org.Developer); err != nil {
		return nil, err
	}
	return s.grant(ctx, actor, team)
}

// grant is what the person's playground may do for a team right now.
func (s *Service) grant(ctx context.Context, actor org.Actor, team id.Team) (*key.Grant, error) {
	k, there, err := s.Session(ctx, actor, team)
	if err != nil {
		return nil, err
	}
	if !there {
		return nil, fault.Field("team", "Your playground is not open for this team. Open it on the page of the playground.")
	}
	g, err := s.Desk.Grant(actor.Org, k.ID)
	if fault.Is(err, fault.Unauthenticated) {
		return nil, fault.Field("team", closed(k, s)).Because(err)
	}
	return g, err
}

// closed says why a session opens nothing.
func closed(k key.Key, s *Service) string {
	switch k.Status(s.Clock.Now()) {
	case "disabled":
		return "Your playground for this team was disabled. You find it among your keys; who disabled it can enable it again."
	case "stopped":
		return "Your playground for this team was stopped: you are no longer in the team, or it was archived."
	}
	return "Your playground for this team is not known here yet. Try again in a second."
}

// Models are what may be asked for on the account of a session: the list that its key would be shown. An error says why there is
// none, with the field "team".
func (s *Service) Models(ctx context.Context, actor org.Actor, team id.Team) ([]string, error) {
	if err := actor.Require(org.Developer); err != nil {
		return nil, err
	}
	g, err := s.grant(ctx, actor, team)
	if err != nil {
		return nil, err
	}
	r, err := request(ctx, actor, http.MethodGet, "/v1/models", nil)
	if err != nil {
		return nil, err
	}
	w := &ear{header: http.Header{}}
	s.Gateway.As(g).ServeHTTP(w, r)
	var list struct {
		Data []struct {
			ID string `json:"id"`
		} `json:"data"`
	}
	if err := json.Unmarshal(w.rest.Bytes(), &list); err != nil {
		return nil, fmt.Errorf("playground: list models: %w", err)
	}
	names := make([]string, len(list.Data))
	for i, m := range list.Data {
		names[i] = m.ID
	}
	return names, nil
}
