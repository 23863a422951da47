package provider

import (
	"regexp"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

// Entra is an application of Microsoft Entra ID that may use an Azure resource.
type Entra struct {
	Tenant, Client string
	Secret         secret.String
}

// IsEntra reports whether a credential of Azure is meant to be an application's, tenant:client:secret; else it is the
// resource's key, which has no colon.
func IsEntra(credential string) bool { return strings.Contains(credential, ":") }

// directory is a tenant's or an application's id, or a tenant's domain: nothing that could lead a URL elsewhere.
var directory = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9.-]{2,99}$`)

// ParseEntra reads an application's credential.
func ParseEntra(credential string) (Entra, error) {
	parts := strings.SplitN(credential, ":", 3)
	if len(parts) != 3 || !directory.MatchString(parts[0]) || strings.Contains(parts[0], "..") || !directory.MatchString(parts[1]) || parts[2] == "" {
		return Entra{}, fault.Field("credential", "Paste the resource's key, or an Entra ID application as tenant-id:client-id:client-secret.")
	}
	return Entra{Tenant: parts[0], Client: parts[1], Secret: secret.New(parts[2])}, nil
}
