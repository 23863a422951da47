package scim

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// set makes membership and row what the directory says.
func (s *Service) set(ctx context.Context, actor org.Actor, u *User, p Person) error {
	now := s.Clock.Now()
	switch {
	case p.Active && !u.Present():
		if err := s.letIn(ctx, actor, u, p); err != nil {
			return err
		}
	case !p.Active && u.Present():
		if err := s.putOut(ctx, actor, u); err != nil {
			return err
		}
	case p.Active && (p.Name != u.Name || p.Email != u.Email):
		if err := s.rename(ctx, actor, *u, p, now); err != nil {
			return err
		}
	case u.Known && (u.UserName != p.UserName || u.ExternalID != p.ExternalID || string(u.Attributes) != string(p.Attributes)):
		if err := s.Audit.Append(ctx, actor, audit.Entry{Action: "member.changed", Target: u.ID.String(), TargetName: p.Email,
			Before: described(u.UserName, u.ExternalID, u.Attributes), After: described(p.UserName, p.ExternalID, p.Attributes)}); err != nil {
			return err
		}
	}
	if u.ID.IsZero() { // created inactive: an id of its own
		u.ID = id.NewMember(s.IDs)
	}
	u.UserName, u.ExternalID, u.Name, u.Email, u.Attributes = p.UserName, p.ExternalID, p.Name, p.Email, p.Attributes
	u.Known, u.UpdatedAt = true, now
	u.Version++
	if err := s.Store.PutUser(ctx, *u); err != nil {
		return err
	}
	if !u.Present() {
		return nil
	}
	return s.place(ctx, actor, u)
}

// described is what a directory says of somebody that is no member's name or address, as the audit log has it. Attributes
// are the directory's own words, up to megabytes of them: that they changed is what is kept.
func described(userName, externalID string, attributes []byte) map[string]any {
	sum := sha256.Sum256(attributes)
	return map[string]any{"user_name": userName, "external_id": externalID, "attributes_sha256": hex.EncodeToString(sum[:8])}
}

// letIn makes a membership. It has no password: the person logs in through the identity provider, or by a link that
// they ask for on the log-in page.
func (s *Service) letIn(ctx context.Context, actor org.Actor, u *User, p Person) error {
	if back, err := s.takeOver(ctx, actor, u, p); err != nil || back {
		return err
	}
	m, err := s.People.AddMember(ctx, actor, identity.NewMember{Name: p.Name, Email: p.Email, Role: org.Viewer}) // of nothing, until place
	if fault.Is(err, fault.Invalid) {
		return fault.New(fault.Conflict, "exists", "Another user has this e-mail address already.").Because(err)
	}
	if err != nil {
		return err
	}
	u.Member, u.Brought, u.Given = m.ID, true, nil
	if u.ID.IsZero() {
		u.ID = m.ID
	}
	return s.keepOut(ctx, actor, u, p.Email)
}

// keepOut disables a new membership of somebody whom an admin had disabled in their last one: going through inactive does not
// undo what an admin decided, nor does another address.
func (s *Service) keepOut(ctx context.Context, actor org.Actor, u *User, email string) error {
	out, err := s.Store.LeftDisabled(ctx, actor.Org, email, u.Last)
	if err != nil || !out {
		return err
	}
	u.Disabled = true
	return s.People.DisableMember(ctx, actor, u.Member)
}

// takeOver makes the directory's somebody whom an admin let in by hand since the directory put them out, as CreateUser does
// with whoever is a member already.
func (s *Service) takeOver(ctx context.Context, actor org.Actor, u *User, p Person) (bool, error) {
	there, err := s.adopted(ctx, actor.Org, p.Email, User{})
	if err != nil || !there.Present() {
		return false, err
	}
	u.Member, u.Disabled, u.Brought, u.Given = there.Member, there.Disabled, false, nil
	if p.Name != there.Name {
		return true, s.rename(ctx, actor, there, p, s.Clock.Now())
	}
	return true, s.Audit.Append(ctx, actor, audit.Entry{Action: "member.changed", Target: u.ID.String(), TargetName: p.Email,
		Before: map[string]any{"active": false}, After: map[string]any{"active": !there.Disabled, "member": there.Member.String()}})
}

// putOut ends a membership the way an admin's click does.
func (s *Service) putOut(ctx context.Context, actor org.Actor, u *User) error {
	if err := s.People.RemoveMember(ctx, actor, u.Member); err != nil {
		return err
	}
	u.Last, u.Member, u.Disabled = u.Member, id.Member{}, false
	return nil
}

func (s *Service) rename(ctx context.Context, actor org.Actor, u User, p Person, now time.Time) error {
	other, err := s.Orgs.MemberByEmail(ctx, actor.Org, p.Email)
	if err == nil && other.ID != u.Member {
		return fault.New(fault.Conflict, "exists", "Another user has this e-mail address already.")
	}
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	if err := s.Store.SetPerson(ctx, actor.Org, u.Member, p.Name, p.Email, now); err != nil {
		return err
	}
	return s.Audit.Append(ctx, actor, audit.Entry{Action: "member.changed", Target: u.Member.String(), TargetName: p.Email,
		Before: map[string]any{"name": u.Name, "email": u.Email}, After: map[string]any{"name": p.Name, "email": p.Email}})
}
