"""upload, create, poll, download with the PyPI client; prints the result's path.

usage: errand.py sync|async BASE_URL PHOTO DIRECTORY
"""
import asyncio
import os
import sys

from magic_hour import AsyncClient, Client

mode, base_url, photo, directory = sys.argv[1:]
os.makedirs(directory, exist_ok=True)  # the client does not
wish = {"assets": {"image_file_path": photo}, "name": "from PyPI", "download_directory": directory}


def check(result):
    assert result.status == "complete", result
    assert result.total_frame_cost == 0, result
    assert result.downloaded_paths and len(result.downloaded_paths) == 1, result
    return result.downloaded_paths[0]


def sync():
    client = Client(token="mhk_live_client", base_url=base_url)
    result = client.v1.image_background_remover.generate(**wish)
    path = check(result)
    client.v1.image_projects.delete(id=result.id)
    assert client.v1.image_projects.get(id=result.id).enabled is False
    return path


async def asynchronous():
    client = AsyncClient(token="mhk_live_client", base_url=base_url)
    result = await client.v1.image_background_remover.generate(**wish)
    path = check(result)
    await client.v1.image_projects.delete(id=result.id)
    return path


print(sync() if mode == "sync" else asyncio.run(asynchronous()))
