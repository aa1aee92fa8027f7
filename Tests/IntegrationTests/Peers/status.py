"""Raw gRPC: status.py SOCKET METHOD [HEADER VALUE]; prints the status and its message."""
import sys

import grpc

target, method = sys.argv[1], sys.argv[2]
header = [(sys.argv[3], sys.argv[4])] if len(sys.argv) > 4 else []
if header and header[0][0] == "none":
    header = []
channel = grpc.insecure_channel(target)
call = channel.unary_stream(
    method, request_serializer=lambda b: b, response_deserializer=lambda b: b)
try:
    next(call(b"", metadata=header, timeout=10))
    print("OK")
except grpc.RpcError as error:
    print(error.code().name, error.details())
