"""Fetches everything with py-spiffe: fetch.py SOCKET; prints a line a thing."""
import sys

from spiffe import WorkloadApiClient

client = WorkloadApiClient(sys.argv[1])
for svid in client.fetch_x509_svids():
    print("x509", svid.spiffe_id, len(svid.cert_chain))
context = client.fetch_x509_context()
print("context", context.default_svid.spiffe_id)
bundles = client.fetch_x509_bundles()
for bundle in bundles.bundles:
    print("bundle", bundle.trust_domain, len(bundle.x509_authorities))
token = client.fetch_jwt_svid(audience={"peer"})
print("jwt", token.spiffe_id, ",".join(sorted(token.audience)))
for bundle in client.fetch_jwt_bundles().bundles:
    print("keys", bundle.trust_domain, len(bundle.jwt_authorities))
valid = client.validate_jwt_svid(token.token, audience="peer")
print("valid", valid.spiffe_id)
client.close()
