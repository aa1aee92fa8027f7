extension MalformedFiles {
    static let table: [MalformedFile] = [
        MalformedFile(
            name: "an empty file",
            lines: [],
            errors: [
                "1:1: the file is empty (it begins: maxine_policy: 1)"
            ]),
        MalformedFile(
            name: "only a comment",
            lines: [
                "# nothing"
            ],
            errors: [
                "1:1: the file is empty (it begins: maxine_policy: 1)"
            ]),
        MalformedFile(
            name: "a scalar",
            lines: [
                "hello"
            ],
            errors: [
                "1:1: expected a mapping, found the text 'hello'"
            ]),
        MalformedFile(
            name: "no version",
            lines: [
                "name: x"
            ],
            errors: [
                "1:1: a policy needs the key 'maxine_policy'"
            ]),
        MalformedFile(
            name: "a version from the future",
            lines: [
                "maxine_policy: 2"
            ],
            errors: [
                "1:16: policy format 2 is not known (this version reads format 1)"
            ]),
        MalformedFile(
            name: "a version as text",
            lines: [
                "maxine_policy: \"1\""
            ],
            errors: [
                "1:16: expected the number 1, found the text '1'"
            ]),
        MalformedFile(
            name: "an unclosed list",
            lines: [
                "maxine_policy: 1",
                "bindings: [ { role: admin",
            ],
            errors: [
                "3:1: not YAML: while parsing a flow mapping, did not find expected ',' "
                    + "or '}'"
            ]),
        MalformedFile(
            name: "a tab as indentation",
            lines: [
                "maxine_policy: 1",
                "roles:",
                "\tx: {}",
            ],
            errors: [
                "3:1: not YAML: while scanning for the next token, found character that "
                    + "cannot start any token"
            ]),
        MalformedFile(
            name: "two documents",
            lines: [
                "maxine_policy: 1",
                "---",
                "maxine_policy: 1",
            ],
            errors: [
                "2:1: not YAML: expected a single document in the stream, but found "
                    + "another document"
            ]),
        MalformedFile(
            name: "a key twice",
            lines: [
                "maxine_policy: 1",
                "name: a",
                "name: b",
            ],
            errors: [
                "2:1: key 'name' stands more than once in this mapping"
            ]),
        MalformedFile(
            name: "an anchor",
            lines: [
                "maxine_policy: 1",
                "roles: { a: { actions: &x [service.read] } }",
            ],
            errors: [
                "2:24: anchors and aliases are not allowed (write the value "
                    + "out, or quote it if it begins with '&' or '*')"
            ]),
        MalformedFile(
            name: "an alias",
            lines: [
                "maxine_policy: 1",
                "roles: { a: { actions: *x } }",
            ],
            errors: [
                "2:24: not YAML: found undefined alias"
            ]),
        MalformedFile(
            name: "a tag",
            lines: [
                "maxine_policy: 1",
                "name: !!str x",
            ],
            errors: [
                "2:7: tags are not allowed (quote the value if it begins "
                    + "with '!')"
            ]),
        MalformedFile(
            name: "a tag of one's own",
            lines: [
                "maxine_policy: 1",
                "roles: !foo { }",
            ],
            errors: [
                "2:8: tags are not allowed (quote the value if it begins "
                    + "with '!')"
            ]),
        MalformedFile(
            name: "a merge key",
            lines: [
                "maxine_policy: 1",
                "roles: { a: { <<: { actions: [service.read] } } }",
            ],
            errors: [
                "2:13: a role needs the key 'actions'",
                "2:15: a role has no key '<<' (its keys are actions)",
            ]),
        MalformedFile(
            name: "a list as a key",
            lines: [
                "maxine_policy: 1",
                "? [a, b]",
                ": c",
            ],
            errors: [
                "2:3: a key must be text"
            ]),
        MalformedFile(
            name: "an unknown key",
            lines: [
                "maxine_policy: 1",
                "intention: []",
            ],
            errors: [
                "2:1: a policy has no key 'intention' (did you mean 'intentions'?)"
            ]),
        MalformedFile(
            name: "two errors and both are told",
            lines: [
                "maxine_policy: 1",
                "rolez: {}",
                "acl: [ { id: a, efect: deny } ]",
            ],
            errors: [
                "2:1: a policy has no key 'rolez' (did you mean 'roles'?)",
                "3:8: an ACL entry needs the key 'effect'",
                "3:17: an ACL entry has no key 'efect' (did you mean 'effect'?)",
            ]),
        MalformedFile(
            name: "a number as a name",
            lines: [
                "maxine_policy: 1",
                "name: 12",
            ],
            errors: [
                "2:7: expected a policy's name, found the number 12 (if it is a name, "
                    + "quote it: \"12\")"
            ]),
        MalformedFile(
            name: "a truth value as a name",
            lines: [
                "maxine_policy: 1",
                "acl: [ { id: on, effect: deny } ]",
            ],
            errors: [
                "2:14: expected a rule's id, found the truth value on (if it is a name, "
                    + "quote it: \"on\")"
            ]),
        MalformedFile(
            name: "nothing as a name",
            lines: [
                "maxine_policy: 1",
                "name: ~",
            ],
            errors: [
                "2:7: expected a policy's name, found nothing"
            ]),
        MalformedFile(
            name: "a version-like number as a tag",
            lines: [
                "maxine_policy: 1",
                "acl: [ { id: a, effect: deny, resources: { tags: [1.10], namespaces: [n] } } ]",
            ],
            errors: [
                "2:51: expected a tag, found the number 1.10 (if it is a name, quote "
                    + "it: \"1.10\")"
            ]),
        MalformedFile(
            name: "a space in a name",
            lines: [
                "maxine_policy: 1",
                "name: my policy",
            ],
            errors: [
                "2:7: a policy's name has only letters, digits, '.', '-' and '_', not "
                    + "'my policy'"
            ]),
        MalformedFile(
            name: "a name that is too long",
            lines: [
                "maxine_policy: 1",
                "name: "
                    + "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn",
            ],
            errors: [
                "2:7: a policy's name has 65 bytes, at most 64 are allowed"
            ]),
        MalformedFile(
            name: "a control character in a name",
            lines: [
                "maxine_policy: 1",
                "bindings: [ { role: admin, subjects: [ { user: \"a\\nb\" } ] } ]",
            ],
            errors: [
                "2:48: a user's name holds a control character"
            ]),
        MalformedFile(
            name: "a role widened",
            lines: [
                "maxine_policy: 1",
                "roles: { viewer: { actions: [service.read, service.register] } }",
            ],
            errors: [
                "2:10: the built-in role 'viewer' can only be narrowed, but "
                    + "service.register would be new (give the wider role a name of its own)"
            ]),
        MalformedFile(
            name: "a role without actions",
            lines: [
                "maxine_policy: 1",
                "roles: { a: {} }",
            ],
            errors: [
                "2:13: a role needs the key 'actions'"
            ]),
        MalformedFile(
            name: "a role with an empty list",
            lines: [
                "maxine_policy: 1",
                "roles: { a: { actions: [] } }",
            ],
            errors: [
                "2:24: the list of actions is empty"
            ]),
        MalformedFile(
            name: "an action that is not there",
            lines: [
                "maxine_policy: 1",
                "roles: { a: { actions: [service.discovr] } }",
            ],
            errors: [
                "2:25: there is no action 'service.discovr' (did you mean "
                    + "'service.discover'?)"
            ]),
        MalformedFile(
            name: "an action pattern that matches none",
            lines: [
                "maxine_policy: 1",
                "roles: { a: { actions: [\"svc.*\"] } }",
            ],
            errors: [
                "2:25: there is no action 'svc.*'"
            ]),
        MalformedFile(
            name: "roles as a list",
            lines: [
                "maxine_policy: 1",
                "roles: [ a ]",
            ],
            errors: [
                "2:8: expected a mapping of roles, found a list"
            ]),
        MalformedFile(
            name: "a binding to a role that is not there",
            lines: [
                "maxine_policy: 1",
                "bindings: [ { role: admni, subjects: [ { user: alice } ] } ]",
            ],
            errors: [
                "2:21: there is no role 'admni' (did you mean 'admin'?)"
            ]),
        MalformedFile(
            name: "a binding in the short form",
            lines: [
                "maxine_policy: 1",
                "bindings: [ { role: admin, subjects: [\"user:alice\"] } ]",
            ],
            errors: [
                "2:39: expected a mapping, found the text 'user:alice' (bindings name "
                    + "subjects in the long form, such as { user: alice })"
            ]),
        MalformedFile(
            name: "a subject with two kinds",
            lines: [
                "maxine_policy: 1",
                "bindings: [ { role: admin, subjects: [ { user: alice, saml_group: b } "
                    + "] } ]",
            ],
            errors: [
                "2:40: a binding's subject has exactly one of spiffe, user, group, ldap_group, "
                    + "saml_group, oidc, api_key_scope, anonymous"
            ]),
        MalformedFile(
            name: "an unknown kind of subject in a binding",
            lines: [
                "maxine_policy: 1",
                "bindings: [ { role: admin, subjects: [ { ldap_groups: ops } ] } ]",
            ],
            errors: [
                "2:42: a binding's subject has no key 'ldap_groups' (did you mean "
                    + "'ldap_group'?)"
            ]),
    ]
}
