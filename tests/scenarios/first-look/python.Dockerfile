FROM debian:bookworm
RUN apt-get update && apt-get install -y python3 python3-pip build-essential
WORKDIR /app
COPY requirements.txt app.py ./
RUN pip3 install --break-system-packages -r requirements.txt
CMD ["python3", "app.py"]
