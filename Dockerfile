# The app, and with another command the Dask scheduler and its workers (compose.yaml). Nothing in it runs as root.
FROM python:3.11.13-slim-bookworm@sha256:86adf8dbadc3d6e82ee5dd2c74bec2e1c2467cdad47886280501df722372d2e1

# Where the CPU build of torch comes from; everything else comes from PyPI. What a file holds is in the lock.
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu

ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONPATH=/home/cvxdnn/app \
    OMP_NUM_THREADS=1 \
    CVXDNN_SWEEP_FOLDER=/home/cvxdnn/sweeps \
    CVXDNN_ROOMS=/home/cvxdnn/rooms/rooms.db

RUN useradd --create-home --uid 1000 cvxdnn \
    && install --directory --owner=cvxdnn --group=cvxdnn /home/cvxdnn/sweeps /home/cvxdnn/rooms

WORKDIR /home/cvxdnn/app

# Libraries first: they change seldom, and this layer is the large one.
COPY requirements.lock ./
RUN pip install --no-cache-dir --require-hashes --extra-index-url "${TORCH_INDEX}" -r requirements.lock

COPY app.py ./
COPY .streamlit .streamlit
COPY cvxdnn cvxdnn
COPY pages pages

USER cvxdnn

EXPOSE 8501

HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8501/_stcore/health', timeout=4)"]

CMD ["python", "-m", "streamlit", "run", "app.py", "--server.port=8501", "--server.address=0.0.0.0"]
