package db

import ("testing";"fmt"
"github.com/bodhi-gateway/bodhi/app/id"
"time"
)

func TestZZ(t *testing.T) {
	s := id.NewSource(time.Now, nil)
	o := id.NewOrg(s)
	d := &DB{tenants: tenantSet{"connections": {}}}
	g := &guarded{d: d, scope: scope{org: o}}
	q := "UPDATE `connections` SET `name`=?,`base_url`=?,`credential`=?,`key_hint`=?,`models`=?,`disabled`=?,`last_check`=?,`version`=?,`updated_at`=? WHERE (org_id = ? AND id = ? AND version = ?) AND `org_id` = ? AND `id` = ?"
	args := []any{1,1,1,1,1,1,1,1,1,o,1,1,o,1}
	fmt.Println(g.check(q, args))
	args[2] = []byte(nil)
	fmt.Println(g.check(q, args))
}
