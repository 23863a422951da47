package provider

import (
	"regexp"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

// DefaultRegion is AWS's own first one, for connections that name none.
const DefaultRegion = "us-east-1"

// AccessKey is an AWS access key.
type AccessKey struct {
	ID      string
	Secret  secret.String
	Session secret.String // of temporary keys; empty for others
}

// IsAccessKey reports whether a credential of Bedrock is meant to be an access key, id:secret or id:secret:session-token;
// else it is a Bedrock API key, which has no colon.
func IsAccessKey(credential string) bool { return strings.Contains(credential, ":") }

var accessKeyID = regexp.MustCompile(`^[A-Za-z0-9_-]{3,128}$`)

// ParseAccessKey reads an access key.
func ParseAccessKey(credential string) (AccessKey, error) {
	parts := strings.SplitN(credential, ":", 3)
	if len(parts) < 2 || !accessKeyID.MatchString(parts[0]) || parts[1] == "" || len(parts) == 3 && parts[2] == "" {
		return AccessKey{}, fault.Field("credential", "Paste a Bedrock API key, or an access key as access-key-id:secret-access-key (temporary ones with :session-token behind).")
	}
	k := AccessKey{ID: parts[0], Secret: secret.New(parts[1])}
	if len(parts) == 3 {
		k.Session = secret.New(parts[2])
	}
	return k, nil
}

var (
	bedrockHost = regexp.MustCompile(`^https://bedrock-runtime(?:-fips)?\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?$`)
	bedrockPath = regexp.MustCompile(`^(.*)/region/([a-z0-9-]+)$`)
)

// joinBedrock writes a region into an address: Bedrock's own has it in its name, any other (an endpoint of a private
// network) behind /region/, which is not sent.
func joinBedrock(root string, s map[string]string) string {
	region := s["region"]
	switch {
	case region == "":
		return root
	case root == "" && strings.HasPrefix(region, "cn-"):
		return "https://bedrock-runtime." + region + ".amazonaws.com.cn"
	case root == "":
		return "https://bedrock-runtime." + region + ".amazonaws.com"
	}
	return root + "/region/" + region
}

func splitBedrock(baseURL string) (root string, s map[string]string) {
	if m := bedrockPath.FindStringSubmatch(baseURL); m != nil {
		return m[1], map[string]string{"region": m[2]}
	}
	if m := bedrockHost.FindStringSubmatch(baseURL); m != nil {
		s = map[string]string{"region": m[1]}
		if joinBedrock("", s) == baseURL {
			return "", s
		}
		return baseURL, s
	}
	return baseURL, map[string]string{}
}
