"""The other tab's Generate button, which the stand-in's page does not have: img2img is for the API here."""


def img2img(id_task, request, mode, *args):
    raise NotImplementedError
