"""Calls to a Workload API socket, as raw gRPC: nothing is hidden by a client library."""
import os
import sys
import tempfile

import grpc
from grpc_tools import protoc

HERE = os.path.dirname(os.path.abspath(__file__))
HEADER = (("workload.spiffe.io", "true"),)
TIMEOUT = 10


def load_messages():
    """Compiles the messages for this run; nothing generated is kept."""
    folder = tempfile.mkdtemp(prefix="spiffe-conformance-")
    include = os.path.join(os.path.dirname(protoc.__file__), "_proto")
    status = protoc.main(
        ["protoc", f"-I{HERE}", f"-I{include}", f"--python_out={folder}",
         os.path.join(HERE, "workload.proto")])
    if status != 0:
        sys.exit("workload.proto can't be compiled")
    sys.path.insert(0, folder)
    import workload_pb2
    return workload_pb2


class Client:
    """One connection; `header=None` sends no metadata at all."""

    def __init__(self, target, messages):
        self.messages = messages
        self.channel = grpc.insecure_channel(target)

    def close(self):
        self.channel.close()

    def stream(self, method, request=None, response=None, header=HEADER, timeout=TIMEOUT):
        request_type = getattr(self.messages, request or "X509SVIDRequest")
        response_type = getattr(self.messages, response or "X509SVIDResponse")
        call = self.channel.unary_stream(
            "/SpiffeWorkloadAPI/" + method, request_serializer=request_type.SerializeToString,
            response_deserializer=response_type.FromString)
        return call(request_type(), metadata=header, timeout=timeout)

    def unary(self, method, request, response, header=HEADER, timeout=TIMEOUT):
        call = self.channel.unary_unary(
            "/SpiffeWorkloadAPI/" + method,
            request_serializer=type(request).SerializeToString,
            response_deserializer=getattr(self.messages, response).FromString)
        return call(request, metadata=header, timeout=timeout)

    def x509(self):
        return next(iter(self.stream("FetchX509SVID")))

    def x509_bundles(self):
        return next(iter(self.stream(
            "FetchX509Bundles", "X509BundlesRequest", "X509BundlesResponse")))

    def jwt_bundles(self):
        return next(iter(self.stream(
            "FetchJWTBundles", "JWTBundlesRequest", "JWTBundlesResponse")))

    def jwt(self, audience, spiffe_id=""):
        request = self.messages.JWTSVIDRequest(audience=audience, spiffe_id=spiffe_id)
        return self.unary("FetchJWTSVID", request, "JWTSVIDResponse")

    def validate(self, audience, svid):
        request = self.messages.ValidateJWTSVIDRequest(audience=audience, svid=svid)
        return self.unary("ValidateJWTSVID", request, "ValidateJWTSVIDResponse")


def status_of(call):
    """The status that a call ends with; OK where it gives a message."""
    try:
        result = call()
        if hasattr(result, "__next__"):
            next(result)
        return grpc.StatusCode.OK
    except grpc.RpcError as error:
        return error.code()
    except StopIteration:
        return grpc.StatusCode.OK
