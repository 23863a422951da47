package factor

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/netip"
	"net/url"
	"strings"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// maxPasskeys bounds how many a member keeps; they stand in every log-in's options.
const maxPasskeys = 20

// Ceremony is one exchange with an authenticator under way: what the browser is told, and what must be remembered until
// it answers. Neither is secret, but State must come back unchanged: it holds the challenge.
type Ceremony struct {
	Options string // JSON for navigator.credentials
	State   string
}

// PasskeysPossible says why passkeys cannot work at this installation's address, or "". Browsers bind them to a host
// name, and offer them on https and localhost only.
func (s *Service) PasskeysPossible() string {
	u, err := url.Parse(s.PublicURL)
	if err != nil {
		return "The dashboard has no address that passkeys could be bound to."
	}
	if _, err := netip.ParseAddr(u.Hostname()); err == nil {
		return "Passkeys are bound to a host name, and this dashboard is reached by a plain IP address."
	}
	if u.Scheme != "https" && u.Hostname() != "localhost" {
		return "Browsers offer passkeys over https only."
	}
	return ""
}

func (s *Service) party() (*webauthn.WebAuthn, error) {
	if why := s.PasskeysPossible(); why != "" {
		return nil, fault.New(fault.Conflict, "passkeys_impossible", why)
	}
	u, err := url.Parse(s.PublicURL)
	if err != nil {
		return nil, fmt.Errorf("passkeys: %w", err)
	}
	return webauthn.New(&webauthn.Config{RPID: u.Hostname(), RPDisplayName: issuerName, RPOrigins: []string{u.Scheme + "://" + u.Host}})
}

// owner is a member as the library sees one. The handle that an authenticator keeps is the organization's and the
// member's id, so that a log-in without a name needs no look-up across tenants.
type owner struct {
	org    id.Org
	member id.Member
	name   string
	keys   []Passkey
	creds  []webauthn.Credential
}

// WebAuthnID implements webauthn.User.
func (o *owner) WebAuthnID() []byte {
	a, b := o.org.Bytes(), o.member.Bytes()
	return append(a[:], b[:]...)
}

// WebAuthnName implements webauthn.User.
func (o *owner) WebAuthnName() string { return o.name }

// WebAuthnDisplayName implements webauthn.User.
func (o *owner) WebAuthnDisplayName() string { return o.name }

// WebAuthnCredentials implements webauthn.User.
func (o *owner) WebAuthnCredentials() []webauthn.Credential { return o.creds }

func (s *Service) owner(ctx context.Context, o id.Org, m id.Member, name string) (*owner, error) {
	keys, err := s.Store.Passkeys(ctx, o, m)
	if err != nil {
		return nil, fmt.Errorf("passkeys: %w", err)
	}
	out := &owner{org: o, member: m, name: name, keys: keys}
	for _, k := range keys {
		var c webauthn.Credential
		if err := json.Unmarshal(k.Credential, &c); err != nil {
			return nil, fmt.Errorf("stored passkey %s: %w", k.ID, err)
		}
		out.creds = append(out.creds, c)
	}
	return out, nil
}

// BeginPasskey starts registering one more passkey of the actor's.
func (s *Service) BeginPasskey(ctx context.Context, actor org.Actor) (Ceremony, error) {
	if err := actor.Require(org.Viewer); err != nil {
		return Ceremony{}, err
	}
	party, err := s.party()
	if err != nil {
		return Ceremony{}, err
	}
	who, err := s.owner(ctx, actor.Org, actor.Member, actor.Label)
	if err != nil {
		return Ceremony{}, err
	}
	if len(who.keys) >= maxPasskeys {
		return Ceremony{}, fault.Newf(fault.Conflict, "too_many_passkeys", "You have %d passkeys, which is the most. Remove one that you no longer use.", maxPasskeys)
	}
	options, state, err := party.BeginRegistration(who, webauthn.WithExclusions(webauthn.Credentials(who.creds).CredentialDescriptors()),
		webauthn.WithAuthenticatorSelection(protocol.AuthenticatorSelection{ResidentKey: protocol.ResidentKeyRequirementRequired,
			RequireResidentKey: protocol.ResidentKeyRequired(), UserVerification: protocol.VerificationRequired}),
		webauthn.WithConveyancePreference(protocol.PreferNoAttestation))
	if err != nil {
		return Ceremony{}, fmt.Errorf("begin passkey: %w", err)
	}
	return ceremony(options.Response, state)
}

func ceremony(options any, state *webauthn.SessionData) (Ceremony, error) {
	told, err := json.Marshal(options)
	if err != nil {
		return Ceremony{}, fmt.Errorf("passkey options: %w", err)
	}
	kept, err := json.Marshal(state)
	if err != nil {
		return Ceremony{}, fmt.Errorf("passkey state: %w", err)
	}
	return Ceremony{Options: string(told), State: string(kept)}, nil
}

func remembered(state string) (out webauthn.SessionData, err error) {
	if state == "" {
		return out, fault.New(fault.Conflict, "changed", "This took too long, or was used already. Try again.")
	}
	if err := json.Unmarshal([]byte(state), &out); err != nil {
		return out, fmt.Errorf("passkey state: %w", err)
	}
	return out, nil
}

// AddPasskey finishes what BeginPasskey started: response is what the browser answered, name is what the member calls it.
func (s *Service) AddPasskey(ctx context.Context, actor org.Actor, state, response, name string) (Passkey, error) {
	if err := actor.Require(org.Viewer); err != nil {
		return Passkey{}, err
	}
	name, err := org.Name("name", "a name that tells it from your others", name, 60)
	if err != nil {
		return Passkey{}, err
	}
	kept, err := remembered(state)
	if err != nil {
		return Passkey{}, err
	}
	party, err := s.party()
	if err != nil {
		return Passkey{}, err
	}
	who, err := s.owner(ctx, actor.Org, actor.Member, actor.Label)
	if err != nil {
		return Passkey{}, err
	}
	parsed, err := protocol.ParseCredentialCreationResponseBody(strings.NewReader(response))
	if err != nil {
		return Passkey{}, notTaken(err)
	}
	made, err := party.CreateCredential(who, kept, parsed)
	if err != nil {
		return Passkey{}, notTaken(err)
	}
	raw, err := json.Marshal(made)
	if err != nil {
		return Passkey{}, fmt.Errorf("add passkey: %w", err)
	}
	p := Passkey{ID: id.NewPasskey(s.IDs), Org: actor.Org, Member: actor.Member, Handle: hex.EncodeToString(made.ID), Name: name, Credential: raw, CreatedAt: s.Clock.Now()}
	return p, s.keep(ctx, actor, p)
}

func notTaken(err error) error {
	return fault.New(fault.Invalid, "passkey_refused", "The passkey could not be checked. Try again, and choose one that this page offers.").Because(err)
}
