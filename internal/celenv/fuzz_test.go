package celenv_test

import (
	"testing"

	"github.com/trailsift/trailsift/event"
	"github.com/trailsift/trailsift/internal/celenv"
)

// operations use every operator and function on x, y and z, which stand for members of the
// free-form documents that the fuzzer writes.
var operations = []string{
	`x == y`, `x != y`, `x < y`, `x <= y`, `x > y`, `x >= y`, `x < 5`, `x > "a"`, `x >= 1.5`, `x == true`, `x == [1, "a"]`, `x == {"a": 1}`,
	`x + y == z`, `x - y == z`, `x * y == z`, `x / y == z`, `x % y == z`, `-x == y`, `x + 1 > 0`, `x + "a" == y`, `x + [1] == y`,
	`x && y`, `x || y`, `!x`, `x ? y : z`, `(x ? y : z) == 1`,
	`x in y`, `x in ["a", 1]`, `"a" in x`, `x[0] == y`, `x["a"] == y`, `x[y] == z`, `x[y].a.b[0] == z`, `x.a.b.c == y`,
	`has(x.a)`, `has(x.a.b.c)`, `size(x) == 1`, `x.size() > y`,
	`x.exists(i, i == y)`, `x.all(i, i.a == y)`, `x.exists_one(i, i == y)`, `x.filter(i, i.a).size() > 0`, `x.map(i, i.a) == y`, `x.map(i, i == y, i)[0] == z`,
	`x.exists(i, y.exists(j, i == j))`, `x.exists(i, i.exists(j, j.exists(k, k == z)))`,
	`x.startsWith(y)`, `x.endsWith("a")`, `x.contains(y)`, `x.matches("^a+$")`,
	`string(x) == y`, `int(x) == y`, `double(x) > 1.0`, `bool(x)`, `uint(x) == 1u`, `bytes(x) == b"a"`, `type(x) == type(y)`, `dyn(x) == y`,
	`timestamp(x) < event.eventTime`, `duration(x) > duration("1h")`, `timestamp(x).getFullYear() == 2026`, `event.eventTime.getHours(x) == 1`, `event.eventTime - timestamp(x) > duration("1h")`,
	`x.str() == y.str()`, `x.num() < y.num()`, `x.bool()`, `x.list().exists(i, i == y)`,
	`x.lower() == y.lower()`, `x.equalsIgnoreCase(y)`, `x.containsIgnoreCase(y)`, `x.glob(y)`, `x.glob("a*")`, `undated(x) == y`,
	`isIP(x)`, `isPublicIP(x)`, `cidr(x, y)`, `cidr(x, "10.0.0.0/8")`,
	`arn(x).accountId == y`, `arn(x).name == arn(y).name`, `has(arn(x).path)`, `arn(x).resourceType == "role" || arn(x).sessionName == y`,
	`policy(x).valid`, `policy(x).allowsPublic()`, `policy(x).allowsAllActions() || policy(x).allowsAllResources() || policy(x).allowsAll()`, `policy(x).allows("iam:PassRole")`,
	`policy(x).allowsOutside(y)`, `policy(x).principals().exists(p, p == y)`, `policy(x).statements.exists(s, s.Effect == y)`,
	`ingress(x).exists(r, r.world || r.covers(22) || r.fromPort > y || r.cidr == z || r.group == y || r.protocol == z || r.prefixList == y || r.description == z)`,
	`x.jsonPath("$..a") == y`, `x.jsonPath("$.a[*].b").exists(i, i == y)`, `x.jsonPath("$[?(@.a == 1)]").size() > 0`,
	`sets.contains(x, y)`, `sets.intersects(x, y)`, `x in list("names")`, `list("names").exists(n, n == x)`,
	`event.resources.exists(r, r.ARN == x || r.type == y || r.accountId == z)`, `actor.id == x || actor.isRoot || actor.mfa == y || actor.serviceLinked`,
}

// FuzzTotal runs every operator and function over members that hold anything at all: no
// evaluation fails, and the negation of a condition is its opposite.
func FuzzTotal(f *testing.F) {
	for _, s := range []string{`{}`, `null`, `[1,"a",null]`, `{"a":{"a":[1,2.5,"b"]}}`, `"arn:aws:iam::210987654321:role/a/b"`, `"%7B%22Statement%22%3A%5B%5D%7D"`, `18446744073709551616`, `"10.0.0.1"`, `1e400`,
		`{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Principal":{"AWS":["*"]}}}`, `{"ipPermissions":{"items":[{"ipProtocol":-1,"ipRanges":{"items":{"cidrIp":"::/0"}}}]}}`, `"2026-01-05T09:15:00Z"`, `"\ud83d\ude00"`, `-9223372036854775808`} {
		f.Add(s, `{"a":1}`, `"a"`)
		f.Add(`[{"a":1}]`, s, s)
	}
	type pair struct{ plain, negated *celenv.Program }
	var programs []pair
	for _, op := range operations {
		src := expand(op)
		p, issues := celenv.Compile(src, celenv.Scope{}, true)
		q, more := celenv.Compile("!("+src+")", celenv.Scope{}, true)
		if issues != nil || more != nil {
			f.Fatalf("%s: %v %v", src, issues, more)
		}
		programs = append(programs, pair{p, q})
	}
	names := []*celenv.List{celenv.NewList([]string{"a", "b"})}
	f.Fuzz(func(t *testing.T, x, y, z string) {
		record := `{"eventVersion":"1.08","eventSource":"s3.amazonaws.com","eventName":"X","eventType":"AwsApiCall","eventTime":"2026-01-05T09:15:00Z","requestParameters":{"x":` + x + `,"y":` + y + `,"z":` + z + `},"userIdentity":` + x + `,"resources":` + y + `}`
		ev, err := event.Parse([]byte(record))
		if err != nil {
			t.Skip()
		}
		var frame celenv.Frame
		frame.Reset(ev)
		for i, p := range programs {
			v, err := p.plain.Eval(&frame, &celenv.Bindings{Lists: names})
			if err != nil && len(record) < 4096 {
				t.Fatalf("%s: %v", operations[i], err)
			}
			w, err2 := p.negated.Eval(&frame, &celenv.Bindings{Lists: names})
			if err == nil && err2 == nil && v.Truth() == w.Truth() {
				t.Fatalf("%s and its negation are both %v over %s", operations[i], v.Truth(), record)
			}
			_ = v.Text()
		}
	})
}

func expand(op string) string {
	var out []byte
	for i := 0; i < len(op); i++ {
		word := func(j int) bool {
			return j >= 0 && j < len(op) && (op[j] == '_' || op[j] == '"' || op[j] == '$' || 'a' <= op[j]|0x20 && op[j]|0x20 <= 'z' || '0' <= op[j] && op[j] <= '9')
		}
		if c := op[i]; c >= 'x' && c <= 'z' && !word(i-1) && !word(i+1) {
			out = append(out, "event.requestParameters."...)
		}
		out = append(out, op[i])
	}
	return string(out)
}
