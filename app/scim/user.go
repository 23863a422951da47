package scim

import (
	"context"
	"fmt"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Person is what the directory says about somebody.
type Person struct {
	UserName, ExternalID, Name, Email string
	Active                            bool
	Attributes                        []byte
}

func (p *Person) check() error {
	var err error
	p.UserName = strings.TrimSpace(p.UserName)
	if p.UserName == "" || len(p.UserName) > 254 {
		return fault.Field("userName", "A user needs a userName of at most 254 characters.")
	}
	if p.Email, err = org.Email("emails", p.Email); err != nil {
		return fault.Field("emails", "A user needs an e-mail address: a primary one under emails, or a userName that is one.")
	}
	if strings.TrimSpace(p.Name) == "" {
		p.Name, _, _ = strings.Cut(p.Email, "@")
	}
	if p.Name, err = org.Name("displayName", "the user's name", clip(p.Name), maxName); err != nil {
		return err
	}
	return nil
}

// clip shortens a name that a directory made long; what it said stays in Attributes.
func clip(s string) string {
	r := []rune(strings.TrimSpace(s))
	return string(r[:min(len(r), maxName)])
}

// Users are people of the organization, by SCIM id, and how many match in all.
func (s *Service) Users(ctx context.Context, actor org.Actor, q UserQuery) ([]User, int, error) {
	if err := actor.Require(org.Admin); err != nil {
		return nil, 0, err
	}
	return s.Store.Users(ctx, actor.Org, q)
}

// User is one, with the groups they are in.
func (s *Service) User(ctx context.Context, actor org.Actor, which id.Member) (User, []Group, error) {
	if err := actor.Require(org.Admin); err != nil {
		return User{}, nil, err
	}
	u, ok, err := s.Store.User(ctx, actor.Org, which)
	if err != nil {
		return User{}, nil, err
	}
	if !ok {
		return User{}, nil, org.MissingMember()
	}
	groups, err := s.Store.GroupsOf(ctx, actor.Org, which)
	return u, groups, err
}

// CreateUser brings a person in. Somebody who is a member already, and whom the directory has not written about yet, is
// taken over as they are: directories create first and ask later.
func (s *Service) CreateUser(ctx context.Context, actor org.Actor, p Person) (User, error) {
	if err := actor.Require(org.Admin); err != nil {
		return User{}, err
	}
	if err := p.check(); err != nil {
		return User{}, err
	}
	var u User
	err := s.write(ctx, actor, func(ctx context.Context) error {
		same, err := s.Store.Find(ctx, actor.Org, p.UserName, "")
		if err != nil {
			return err
		}
		now := s.Clock.Now()
		u = User{Org: actor.Org, CreatedAt: now}
		if len(same) > 0 {
			if u = same[0]; u.Known {
				return fault.New(fault.Conflict, "exists", "There is a user with this userName already.")
			}
		} else if u, err = s.adopted(ctx, actor.Org, p.Email, u); err != nil {
			return err
		}
		return s.set(ctx, actor, &u, p)
	})
	if err != nil {
		return User{}, fmt.Errorf("scim: create user: %w", err)
	}
	return u, nil
}

// adopted is the member with this address, if the directory may take them over.
func (s *Service) adopted(ctx context.Context, o id.Org, email string, fresh User) (User, error) {
	m, err := s.Orgs.MemberByEmail(ctx, o, email)
	if fault.Is(err, fault.NotFound) {
		return fresh, nil
	}
	if err != nil {
		return fresh, err
	}
	u, ok, err := s.Store.User(ctx, o, m.ID)
	if err != nil {
		return fresh, err
	}
	if !ok || u.Known {
		return fresh, fault.New(fault.Conflict, "exists", "Another user has this e-mail address already.")
	}
	return u, nil
}

// ReplaceUser writes a person anew. version is what the caller has read, or -1 for whatever there is.
func (s *Service) ReplaceUser(ctx context.Context, actor org.Actor, which id.Member, version int64, p Person) (User, error) {
	return s.ChangeUser(ctx, actor, which, version, func(User) (Person, error) { return p, nil })
}

// ChangeUser is to ReplaceUser what ChangeGroup is to ReplaceGroup.
func (s *Service) ChangeUser(ctx context.Context, actor org.Actor, which id.Member, version int64, change func(User) (Person, error)) (User, error) {
	if err := actor.Require(org.Admin); err != nil {
		return User{}, err
	}
	var u User
	err := s.write(ctx, actor, func(ctx context.Context) error {
		var err error
		if u, err = s.current(ctx, actor.Org, which, version); err != nil {
			return err
		}
		p, err := change(u)
		if err != nil {
			return err
		}
		if err := p.check(); err != nil {
			return err
		}
		same, err := s.Store.Find(ctx, actor.Org, p.UserName, "")
		if err != nil {
			return err
		}
		for _, other := range same {
			byHand := p.Active && !u.Present() && !other.Known && strings.EqualFold(other.Email, p.Email) // whom letIn takes over
			if other.ID != u.ID && !byHand {
				return fault.New(fault.Conflict, "exists", "Another user has this userName already.")
			}
		}
		return s.set(ctx, actor, &u, p)
	})
	if err != nil {
		return User{}, fmt.Errorf("scim: replace user: %w", err)
	}
	return u, nil
}

func (s *Service) current(ctx context.Context, o id.Org, which id.Member, version int64) (User, error) {
	u, ok, err := s.Store.User(ctx, o, which)
	if err != nil {
		return u, err
	}
	if !ok {
		return u, org.MissingMember()
	}
	if version >= 0 && version != u.Version {
		return u, stale()
	}
	return u, nil
}

// DeleteUser ends a membership and forgets what the directory said. What the person spent stays in the books.
func (s *Service) DeleteUser(ctx context.Context, actor org.Actor, which id.Member, version int64) error {
	if err := actor.Require(org.Admin); err != nil {
		return err
	}
	err := s.write(ctx, actor, func(ctx context.Context) error {
		u, err := s.current(ctx, actor.Org, which, version)
		if err != nil {
			return err
		}
		if u.Present() {
			if err := s.putOut(ctx, actor, &u); err != nil {
				return err
			}
		}
		return s.Store.DropUser(ctx, actor.Org, which)
	})
	if err != nil {
		return fmt.Errorf("scim: delete user: %w", err)
	}
	return nil
}

// write runs one change about the directory after the other, and tells the nodes about keys when it is done. Inside, the
// removal of a member publishes with the transaction; a change of teams does not by itself.
func (s *Service) write(ctx context.Context, actor org.Actor, fn func(ctx context.Context) error) error {
	return s.Tx.Do(ctx, func(ctx context.Context) error {
		if err := s.Store.Lock(ctx, actor.Org); err != nil {
			return err
		}
		if err := fn(ctx); err != nil {
			return err
		}
		return s.Bus.Publish(ctx, identity.KeysChanged)
	})
}
